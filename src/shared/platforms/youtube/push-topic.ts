/** A channel, as feeds and the hub name it. */
export const CHANNEL_ID = /^UC[\w-]{22}$/;

const PATHS = ['/xml/feeds/videos.xml', '/feeds/videos.xml'];

/** The address of a channel's feed, as the hub wants it. Source: YouTube Data API, push notifications. */
export function topicUrl(channelId: string): string {
  return `https://www.youtube.com${PATHS[0]}?channel_id=${channelId}`;
}

/** Whether an address is the feed of this channel: there are an old and a new spelling, and both are met. */
export function isTopicOf(address: string, channelId: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname, pathname, searchParams } = new URL(address);
  const isFeed = /(^|\.)youtube\.com$/.test(hostname) && PATHS.includes(pathname);
  return isFeed && searchParams.get('channel_id') === channelId;
}
