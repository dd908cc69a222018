import type { Difference } from './difference.ts';
import type { Asked, Quiet, Streamer } from './entry.ts';
import { isFollowed } from './followed.ts';
import type { Span, Unclear } from './unclear.ts';

export interface PolledParts {
  readonly streamers: readonly Streamer[];
  /** By `platform/key`. */
  readonly followed: ReadonlyMap<string, readonly Span[]>;
  readonly asked: readonly Asked[];
  /** Names of a streamer and of its broadcasts, by `platform/key`. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
  readonly quiet: Quiet | null;
  readonly unclear: Unclear;
}

/** At the end exactly the keys that somebody follows are asked for, where the platform has not asked to be left alone. */
export function checkPolled({ streamers, followed, asked, names, quiet, unclear }: PolledParts): Difference[] {
  if (!quiet) return [];
  const late = asked.filter(({ at }) => quiet.from <= at && at <= quiet.to);
  const idsOf = new Map<string, Map<string, number>>();
  for (const { platform, ids } of late) {
    const counts = idsOf.get(platform) ?? new Map<string, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    idsOf.set(platform, counts);
  }
  const seconds = Math.round((quiet.to - quiet.from) / 1_000);
  return streamers.flatMap(({ platform, key }): Difference[] => {
    const about = `${platform}/${key}`;
    const counts = idsOf.get(platform);
    const times = [...(names.get(about) ?? [])].reduce((sum, name) => sum + (counts?.get(name) ?? 0), 0);
    const wanted = isFollowed(followed.get(about) ?? []);
    if (wanted && times === 0 && !unclear.isResting(platform, quiet.from))
      return [{ kind: 'follow-lost', about, text: `is followed, but nobody asked for it in the last ${seconds} s` }];
    if (!wanted && times > 0)
      return [
        { kind: 'polled-unfollowed', about, text: `nobody follows it, but it was asked for ${times} times at the end` },
      ];
    return [];
  });
}
