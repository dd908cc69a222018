import { PLATFORMS, type PerPlatform, type Platform, perPlatform } from '../domain/platform.ts';
import type { Database } from '../runtime/database.ts';

/** What the tables say of one platform, counted. */
export interface PlatformCounts {
  readonly keys: number;
  readonly quarantined: number;
  readonly follows: number;
  readonly live: number;
  /** Changes recorded but not yet published. */
  readonly waitingChanges: number;
  /** Follows and unfollows whose name is still to be resolved. */
  readonly pendingNames: number;
}

export interface Overview {
  readonly platforms: PerPlatform<PlatformCounts>;
  /** When the oldest change that still waits was recorded. */
  readonly oldestChangeAt: Date | null;
  /** Messages refused and not replayed since. */
  readonly rejects: number;
}

/** Tracked; see `TRACKED`. */
const WANTED = { OR: [{ guilds: { gt: 0 } }, { pins: { gt: 0 } }] };

type Counted = Partial<Record<Platform, number>>;

/** Counts everything once: a handful of queries, whatever the number of keys. */
export async function readOverview(database: Database): Promise<Overview> {
  const [keys, quarantined, follows, live, waiting, pending, oldest, rejects] = await Promise.all([
    database.stream.groupBy({ by: 'platform', where: WANTED, _count: true }),
    database.stream.groupBy({
      by: 'platform',
      where: { ...WANTED, quarantinedAt: { not: null } },
      _count: true,
    }),
    database.follow.groupBy({ by: 'platform', _count: true }),
    database.broadcast.groupBy({ by: 'platform', where: { state: 'live' }, _count: true }),
    database.change.groupBy({ by: 'platform', where: { state: 'waiting' }, _count: true }),
    database.pendingFollow.groupBy({ by: 'platform', _count: true }),
    database.change.aggregate({ where: { state: 'waiting' }, _min: { recordedAt: true } }),
    database.reject.count({ where: { replayedAt: null } }),
  ]);
  const counts = {
    keys: byPlatform(keys),
    quarantined: byPlatform(quarantined),
    follows: byPlatform(follows),
    live: byPlatform(live),
    waitingChanges: byPlatform(waiting),
    pendingNames: byPlatform(pending),
  };
  return { platforms: perPlatform(countsOf(counts)), oldestChangeAt: oldest._min.recordedAt, rejects };
}

function byPlatform(groups: readonly { platform: string; _count: number }[]): Counted {
  return Object.fromEntries(groups.map(({ platform, _count }) => [platform, _count]));
}

function countsOf(counts: Record<keyof PlatformCounts, Counted>) {
  return (platform: Platform): PlatformCounts => ({
    keys: counts.keys[platform] ?? 0,
    quarantined: counts.quarantined[platform] ?? 0,
    follows: counts.follows[platform] ?? 0,
    live: counts.live[platform] ?? 0,
    waitingChanges: counts.waitingChanges[platform] ?? 0,
    pendingNames: counts.pendingNames[platform] ?? 0,
  });
}

/** Adds up one count over all platforms. */
export function total(overview: Overview, count: keyof PlatformCounts): number {
  return PLATFORMS.reduce((sum, platform) => sum + overview.platforms[platform][count], 0);
}
