import type { Queue } from 'bullmq';
import { type PerPlatform, type Platform, perPlatform } from '../domain/platform.ts';
import type { BudgetReading } from '../platforms/budget.ts';
import type { RedisConnection } from '../redis/open-connection.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Database } from '../runtime/database.ts';
import type { NoticeTableState } from '../store/notice-store.ts';
import { type PlatformCounts, readOverview } from '../store/overview-store.ts';
import { type QueueDepth, readDepths } from './depths.ts';
import { type PollState, readPollState } from './poll-state.ts';

export interface PlatformStanding extends PlatformCounts, PollState {
  readonly budgets: readonly BudgetReading[];
}

/** How everything stands now, in the whole cluster: the one answer behind `status`, the metrics and the status page. */
export interface Standing {
  readonly at: Date;
  readonly platforms: PerPlatform<PlatformStanding>;
  readonly queues: readonly QueueDepth[];
  readonly oldestChangeAt: Date | null;
  readonly rejects: number;
  /** How the bot's own tables were last read; empty where they are not. */
  readonly notices: readonly NoticeTableState[];
}

export type ReadStanding = () => Promise<Standing>;
export type ReadBudgets = (platform: Platform) => Promise<readonly BudgetReading[]>;

export interface StandingParts {
  readonly database: Database;
  readonly redis: RedisConnection;
  readonly queues: readonly Queue[];
  readonly pollIntervalMs: PerPlatform<number>;
  readonly readBudgets: ReadBudgets;
  readonly clock: Clock;
}

export function createReadStanding(parts: StandingParts): ReadStanding {
  const { database, redis, queues, pollIntervalMs, readBudgets, clock } = parts;

  async function readPlatform(
    platform: Platform,
    now: Date,
  ): Promise<PollState & { budgets: readonly BudgetReading[] }> {
    const question = { platform, now, intervalMs: pollIntervalMs[platform] };
    const [state, budgets] = await Promise.all([readPollState(redis, question), readBudgets(platform)]);
    return { ...state, budgets };
  }

  return async function readStanding() {
    const at = clock.now();
    const reading = perPlatform((platform) => readPlatform(platform, at));
    const [overview, depths, youtube, twitch, twitter, twitcasting] = await Promise.all([
      readOverview(database, at),
      readDepths(queues),
      reading.youtube,
      reading.twitch,
      reading.twitter,
      reading.twitcasting,
    ]);
    const states = { youtube, twitch, twitter, twitcasting };
    const platforms = perPlatform((platform) => ({ ...overview.platforms[platform], ...states[platform] }));
    const { oldestChangeAt, rejects, notices } = overview;
    return { at, platforms, queues: depths, oldestChangeAt, rejects, notices };
  };
}
