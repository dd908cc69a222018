import type { Context } from '../context.ts';
import { createHintListener } from '../producers/hint-listener.ts';
import { createResolveHinted } from '../producers/resolve-hinted.ts';
import { createTakeWords } from '../producers/take-words.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { PlatformAdapter } from '../shared/platforms/adapter.ts';
import { createBudget } from '../shared/platforms/budget.ts';
import { createRecorder } from '../shared/pubsub/recorder.ts';
import { createMembersOnly } from '../shared/queues/members-only.ts';
import { createBroadcastStore } from '../shared/store/broadcast-store.ts';
import { createNameStore } from '../shared/store/name-store.ts';
import { createPushStore } from '../shared/store/push-store.ts';
import { createRecordingStore } from '../shared/store/recording-store.ts';
import { createRejectStore } from '../shared/store/reject-store.ts';
import { createRequestRecordings } from '../workers/request-recordings.ts';
import type { Tracking } from './tracking.ts';

/** In ten minutes a platform is asked three times at most, 150 videos, whose they are that hints name: 432 units a day. */
const HINT_ALLOWANCE = { name: 'hints', limit: 3, window: 10 * 60_000 } as const;

/** The recorder wants to know a minute ahead. Source: what the bot did. */
const RECORD_LEAD_MS = 60_000;

export interface NeighbourParts {
  readonly tracking: Pick<Tracking, 'hint' | 'pushSoon'>;
  readonly adapters: ReadonlyMap<Platform, PlatformAdapter>;
}

/** What the bot's backend and the recorder say, on its way to looks. */
export function wireWords(context: Context, { tracking, adapters }: NeighbourParts) {
  const { database, redis, clock, metrics, logger } = context;
  return createTakeWords({
    ...{ clock, metrics, logger },
    broadcasts: createBroadcastStore(database),
    names: createNameStore(database),
    recordings: createRecordingStore(database),
    membersOnly: createMembersOnly(redis, 'youtube'),
    push: createPushStore(database),
    pushSoon: tracking.pushSoon,
    resolveHinted: createResolveHinted({
      ...{ redis, logger },
      resolvers: adapters,
      allowance: (platform) => createBudget({ redis, platform, clock }, HINT_ALLOWANCE),
    }),
    hint: tracking.hint,
  });
}

export function wireHintListener(context: Context, parts: NeighbourParts) {
  const { database, redis, redisUrl, clock, metrics, logger } = context;
  const words = wireWords(context, parts);
  const rejects = createRejectStore(database);
  return createHintListener({ redis, redisUrl, clock, metrics, logger, words, rejects });
}

export function wireRecordings({ database, redis, clock, metrics, logger }: Context) {
  return createRequestRecordings({
    ...{ clock, metrics, logger },
    recordings: createRecordingStore(database),
    askRecorder: createRecorder(redis),
    leadMs: RECORD_LEAD_MS,
  });
}
