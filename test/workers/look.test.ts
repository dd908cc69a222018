import { expect, it } from 'vitest';
import { endRules } from '../../src/shared/domain/end-rules.ts';
import type { Observation } from '../../src/shared/domain/observation.ts';
import type { PlatformAdapter } from '../../src/shared/platforms/adapter.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import type { RememberedStream } from '../../src/shared/store/look-store.ts';
import { createLook, type LookParts } from '../../src/workers/look.ts';

const AT = new Date('2026-11-01T10:00:00Z');

/** A stream that nothing is known of. */
function stream(identifier: string, version: number): RememberedStream {
  return {
    ...{ identifier, version, title: null, login: null, trackedSince: AT, pace: 'normal', settled: [], goneCount: 0 },
    ...{ quarantinedAt: null, lastLiveAt: null, expectedUntil: null, pushedAt: null, createdAt: AT, open: [] },
  };
}

const LIVE: Observation = {
  kind: 'seen',
  broadcasts: [
    { id: 'named', state: 'live', title: '', scheduledStart: null, startedAt: AT, endedAt: null, details: {} },
  ],
};

/** Looks at keys whose tables say that another look was quicker, as often as is given. */
function lookOf(late: readonly (readonly string[])[]) {
  const [observed, recorded, hintsEnded]: [string[][], string[], string[]] = [[], [], []];
  const parts: Partial<LookParts> = {
    adapter: {
      platform: 'twitch',
      observe: async (targets) => {
        observed.push(targets.map(({ identifier }) => identifier));
        return new Map(targets.map(({ identifier }) => [identifier, LIVE]));
      },
    } satisfies Partial<PlatformAdapter> as unknown as PlatformAdapter,
    looks: {
      load: async (_platform, identifiers) => identifiers.map((identifier) => stream(identifier, observed.length)),
      closed: async () => [],
    },
    recordLooks: async (_platform, records) => {
      recorded.push(...records.map(({ identifier, version }) => `${identifier} at ${version}`));
      return { changes: [], late: new Set(late[observed.length - 1] ?? []) };
    },
    hintedIds: {
      of: async (identifiers) => new Map(identifiers.map((identifier) => [identifier, ['named']])),
      asked: async (hints) => void hintsEnded.push(...hints.map(({ identifier }) => identifier)),
    },
    markMembersOnly: async (observations) => observations,
    isSick: async () => false,
    rules: () => ({
      rule: endRules({ youtube: 0, twitch: 0, twitter: 0, twitcasting: 0 }).twitch,
      ...{ announceMaxAgeMs: 1, tells: 'both' },
    }),
    ...{ queueChanges: async () => undefined, planLooks: async () => undefined },
    ...{ clock: systemClock, metrics: createMetrics() },
  };
  const look = createLook(parts as LookParts);
  const wish = { identifiers: ['1', '2'], causes: new Map() };
  return { observed, recorded, hintsEnded, once: () => look(wish, new AbortController().signal) };
}

it('looks once at what nobody else has looked at meanwhile', async () => {
  const { once, observed, hintsEnded } = lookOf([]);
  expect([...(await once()).keys()]).toEqual(['1', '2']);
  expect(observed).toEqual([['1', '2']]);
  expect(hintsEnded).toEqual(['1', '2']);
});

it('looks again where another look was quicker, as often as that is so, and keeps what hints name until then', async () => {
  const { once, observed, recorded, hintsEnded } = lookOf([['2'], ['2']]);
  expect([...(await once()).keys()]).toEqual(['1', '2']);
  expect(observed).toEqual([['1', '2'], ['2'], ['2']]);
  // What is known is read anew each time.
  expect(recorded).toEqual(['1 at 0', '2 at 0', '2 at 1', '2 at 2']);
  expect(hintsEnded).toEqual(['1', '2']);
});
