import { describe, expect, test } from 'vitest';
import { readFeed } from '../../../../src/shared/platforms/youtube/feed.ts';

/** A real capture, shortened: the feed's own ids lack the `UC`, an id may be all digits. */
const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <link rel="self" href="http://www.youtube.com/feeds/videos.xml?channel_id=UCVls1GmFKf6WlTraIb_IaJg"/>
 <id>yt:channel:Vls1GmFKf6WlTraIb_IaJg</id><yt:channelId>Vls1GmFKf6WlTraIb_IaJg</yt:channelId>
 <title>Distro &amp; Tube</title>
 <author><name>DistroTube</name><uri>https://www.youtube.com/channel/UCVls1GmFKf6WlTraIb_IaJg</uri></author>
 <entry><id>yt:video:FA__ScVhGQA</id><yt:videoId>FA__ScVhGQA</yt:videoId><title>One</title></entry>
 <entry><id>yt:video:12345678901</id><yt:videoId>12345678901</yt:videoId><title>2</title></entry>
</feed>
`;

describe('a feed', () => {
  test('lists its videos in order, ids of digits too', () => {
    expect(readFeed(FEED)).toEqual({ title: 'Distro & Tube', videoIds: ['FA__ScVhGQA', '12345678901'] });
  });

  test('with one entry lists one', () => {
    const one = FEED.replace(/ <entry>.*FA__.*\n/, '');
    expect(readFeed(one)).toMatchObject({ videoIds: ['12345678901'] });
  });

  test('without entries is a channel without videos', () => {
    expect(readFeed('<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title/></feed>')).toEqual({
      title: null,
      videoIds: [],
    });
  });

  test.each([
    ['cut off', FEED.slice(0, -20)],
    ['cut off after an entry', FEED.slice(0, FEED.lastIndexOf('<entry>'))],
    ['a page for people', '<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>'],
    ['empty', ''],
    ['JSON', '{"feed":{}}'],
    ['something else that ends alike', 'x</feed>'],
    ['a feed with a strange id', FEED.replace('<yt:videoId>FA__ScVhGQA', '<yt:videoId>FA/../hGQA')],
  ])('that is %s is none', (_, text) => expect(readFeed(text)).toBeNull());
});
