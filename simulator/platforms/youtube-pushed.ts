import type { WorldEvent } from '../world.ts';
import { author, escaped, zoned } from './youtube-feed.ts';

/** What the hub delivers of an event: the entry as it is now, or that it is gone. */
export function pushedBody(event: WorldEvent): string {
  const { kind } = event;
  return kind === 'cancelled' || kind === 'removed' ? tombstone(event) : entry(event);
}

/** Unlike in a channel's own feed, the feed has no id here, and its times are finer. */
function entry({ at, streamer, broadcast: { id, title, createdAt } }: WorldEvent): string {
  const { identifier } = streamer;
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="https://www.youtube.com/xml/feeds/videos.xml?channel_id=${identifier}"/><title>YouTube video feed</title><updated>${fine(at)}</updated><entry>
  <id>yt:video:${id}</id>
  <yt:videoId>${id}</yt:videoId>
  <yt:channelId>${identifier}</yt:channelId>
  <title>${escaped(title)}</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=${id}"/>
  ${author(streamer)}
  <published>${zoned(createdAt)}</published>
  <updated>${fine(at)}</updated>
 </entry></feed>
`;
}

/** The channel is in the address of `at:by` only. */
function tombstone({ at, streamer: { identifier, name }, broadcast: { id } }: WorldEvent): string {
  return `<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom"><at:deleted-entry ref="yt:video:${id}" when="${at.toISOString().slice(0, 23)}000+00:00">
  <link href="https://www.youtube.com/watch?v=${id}"/>
  <at:by><name>${escaped(name)}</name><uri>https://www.youtube.com/channel/${identifier}</uri></at:by>
 </at:deleted-entry></feed>
`;
}

function fine(time: Date): string {
  return `${time.toISOString().slice(0, 23)}000000+00:00`;
}
