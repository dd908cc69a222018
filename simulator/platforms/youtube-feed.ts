import type { Streamer } from '../broadcast.ts';
import { htmlNotFound } from '../delivery.ts';
import type { Answer, WireRequest } from '../wire.ts';
import type { Setting } from './setting.ts';
import type { Video } from './youtube-resources.ts';
import { videosOf } from './youtube-videos.ts';

const ENTRIES = 15;

/** `feeds/videos.xml`: the newest entries, uploads and broadcasts alike. No validators, and an unknown channel is an HTML page. */
export function youtubeFeed({ world, clock, quirks }: Setting) {
  return ({ query }: WireRequest): Answer => {
    const channelId = query.get('channel_id') ?? query.get('playlist_id')?.replace(/^UU/, 'UC') ?? '';
    const channel = world.streamer('youtube', channelId);
    if (!channel?.exists) return htmlNotFound();
    const shown = clock.now().getTime() - quirks().youtubeFeedDelayMs;
    const videos = videosOf(world, channel).filter((video) => video.publishedAt.getTime() <= shown);
    return feedAnswer(feed(channel, videos.slice(0, ENTRIES)));
  };
}

/** A feed with no entry at all. */
export function emptyFeed(): Answer {
  return feedAnswer(`${HEAD} <title>YouTube</title>\n</feed>`);
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
`;

function feedAnswer(body: string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=UTF-8', 'cache-control': 'public, max-age=900' },
    body,
  };
}

/** The feed's own ids lack the `UC`; those of its entries have it. The real ones are like that. */
function feed(channel: Streamer, videos: readonly Video[]): string {
  const bare = channel.identifier.slice(2);
  return `${HEAD} <link rel="self" href="http://www.youtube.com/feeds/videos.xml?channel_id=${channel.identifier}"/>
 <id>yt:channel:${bare}</id>
 <yt:channelId>${bare}</yt:channelId>
 <title>${escaped(channel.name)}</title>
 <link rel="alternate" href="https://www.youtube.com/channel/${channel.identifier}"/>
 ${author(channel)}
 <published>${zoned(channel.createdAt)}</published>
${videos.map(entry).join('')}</feed>`;
}

function entry({ id, title, publishedAt, channel }: Video): string {
  return ` <entry>
  <id>yt:video:${id}</id>
  <yt:videoId>${id}</yt:videoId>
  <yt:channelId>${channel.identifier}</yt:channelId>
  <title>${escaped(title)}</title>
  <link rel="alternate" href="https://www.youtube.com/watch?v=${id}"/>
  ${author(channel)}
  <published>${zoned(publishedAt)}</published>
  <updated>${zoned(publishedAt)}</updated>
  <media:group>
   <media:title>${escaped(title)}</media:title>
   <media:content url="https://www.youtube.com/v/${id}?version=3" type="application/x-shockwave-flash" width="640" height="390"/>
   <media:thumbnail url="https://i3.ytimg.com/vi/${id}/hqdefault.jpg" width="480" height="360"/>
   <media:description></media:description>
   <media:community>
    <media:starRating count="0" average="5.00" min="1" max="5"/>
    <media:statistics views="1"/>
   </media:community>
  </media:group>
 </entry>
`;
}

export function author({ name, identifier }: Streamer): string {
  return `<author><name>${escaped(name)}</name><uri>https://www.youtube.com/channel/${identifier}</uri></author>`;
}

export function zoned(time: Date): string {
  return `${time.toISOString().slice(0, 19)}+00:00`;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
