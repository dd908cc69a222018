import { chunk } from '../shared/domain/group.ts';
import { nextPollAt, pollEvery } from '../shared/domain/pace.ts';
import type { PerPlatform, Platform } from '../shared/domain/platform.ts';
import { PUSH_TELLS } from '../shared/domain/push-tells.ts';
import { keyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { streamPace } from '../shared/domain/stream-pace.ts';
import type { DueKeys } from '../shared/queues/due-keys.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { LookStore } from '../shared/store/look-store.ts';
import type { PushHealthStore } from '../shared/store/push-health-store.ts';

export interface RepaceParts {
  readonly looks: Pick<LookStore, 'load'>;
  readonly health: Pick<PushHealthStore, 'setPaces'>;
  readonly dueKeys: (platform: Platform) => Pick<DueKeys, 'hasten'>;
  /** Makes the schedulers of some keys agree with the table. */
  readonly align: (keys: readonly StreamKey[]) => Promise<unknown>;
  readonly pollIntervalMs: PerPlatform<number>;
  readonly clock: Clock;
}

/** Keys in hand at once. */
const AT_ONCE = 1_000;

/**
 * Lets the pace of keys follow whether they are pushed, without asking the platform anything. Keys that are polled more
 * often again are spread over their new interval, so that thousands at once make no storm.
 */
export function createRepace(parts: RepaceParts) {
  return async function repace(platform: Platform, identifiers: readonly string[]): Promise<void> {
    for (const part of chunk(identifiers, AT_ONCE)) {
      const now = parts.clock.now();
      const streams = await parts.looks.load(platform, part);
      const paces = streams.map((stream) => ({
        identifier: stream.identifier,
        pace: streamPace(stream, PUSH_TELLS[platform], now),
        pushed: stream.pushedAt !== null,
      }));
      const moved = new Set(await parts.health.setPaces(platform, paces));
      const due = paces
        .filter(({ identifier }) => moved.has(identifier))
        .map(({ identifier, pace }) => {
          const every = pollEvery(parts.pollIntervalMs[platform], pace);
          return { identifier, dueAt: nextPollAt(keyText({ platform, identifier }), every, now) };
        });
      await parts.dueKeys(platform).hasten(due);
      await parts.align([...moved].map((identifier) => ({ platform, identifier })));
    }
  };
}

export type Repace = ReturnType<typeof createRepace>;
