import type { Announcement } from './announcement.ts';
import type { Difference } from './difference.ts';

/** Every shard hears the same, in the same order, and the sequence has no holes. */
export function checkShards(shards: readonly (readonly Announcement[])[]): Difference[] {
  const [first = [], ...others] = shards;
  const expected = first.map(nameOf);
  const unlike = others.flatMap((heard, at) => {
    const got = heard.map(nameOf);
    const place = firstUnlike(expected, got);
    if (place === null) return [];
    const what = `${got[place] ?? 'nothing'} where shard 0 heard ${expected[place] ?? 'nothing'}`;
    return [shardDifference(at + 1, `shard ${at + 1} heard ${what} (message ${place + 1})`)];
  });
  return [...unlike, ...holes(first)];
}

/** The place of the first event that two lists do not share; null when they are the same. */
function firstUnlike(expected: readonly string[], got: readonly string[]): number | null {
  const length = Math.max(expected.length, got.length);
  for (let at = 0; at < length; at += 1) if (expected[at] !== got[at]) return at;
  return null;
}

function holes(heard: readonly Announcement[]): Difference[] {
  return heard.flatMap((one, at) => {
    const before = heard[at - 1];
    if (!before || before.epoch !== one.epoch) return [];
    const step = one.sequence - before.sequence;
    if (step === 1 || (step === 0 && before.eventId === one.eventId)) return [];
    return [shardDifference(0, `after event ${before.sequence} came ${one.sequence}`)];
  });
}

function nameOf({ sequence, platform, broadcastId, direction }: Announcement): string {
  return `#${sequence} ${platform}/${broadcastId} ${direction}`;
}

function shardDifference(index: number, text: string): Difference {
  return { kind: 'shards', about: `shard ${index}`, text };
}
