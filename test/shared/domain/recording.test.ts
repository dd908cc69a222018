import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MarkedBroadcast,
  planRecording,
  type RecordingRequest,
  retryAt,
} from '../../../src/shared/domain/recording.ts';

const NOW = new Date('2026-09-26T10:00:00Z');
const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1_000);
const rules = { now: NOW, leadMs: 60_000 };

const live: MarkedBroadcast = {
  state: 'live',
  scheduledStart: null,
  payload: 'p',
  seenAt: NOW,
  trackedSince: at(-999_999),
};
const scheduled = (seconds: number): MarkedBroadcast => ({ ...live, state: 'scheduled', scheduledStart: at(seconds) });
const request = (state: RecordingRequest['state'], seconds = 0): RecordingRequest => ({
  ...{ state, payload: 'p' },
  nextTryAt: at(seconds),
});
const plan = (broadcast: MarkedBroadcast | null, known: RecordingRequest | null, platform = 'youtube' as const) =>
  planRecording({ platform, broadcast, request: known }, rules);

describe('a request to record', () => {
  it('is made a minute before the scheduled start, and at once for what is live', () => {
    expect(plan(scheduled(600), null)).toEqual(request('waiting', 540));
    expect(plan(scheduled(30), null)).toEqual(request('waiting', -30));
    expect(plan(live, null)).toEqual(request('waiting', 0));
    expect(plan({ ...live, payload: null }, null)).toEqual({ ...request('waiting', 0), payload: '' });
  });

  it('moves with the schedule, whether or not it was sent in vain, and comes at once when it begins early', () => {
    expect(plan(scheduled(900), request('waiting', 540))).toEqual(request('waiting', 840));
    expect(plan(scheduled(300), request('waiting', 540))).toEqual(request('waiting', 240));
    expect(plan(scheduled(900), request('unheard', 20))).toEqual(request('unheard', 840));
    expect(plan(live, request('waiting', 540))).toEqual(request('waiting', 0));
  });

  it('keeps its pace of retries while it is due', () => {
    expect(plan(scheduled(30), request('unheard', 20))).toBeNull();
    expect(plan(live, request('unheard', 20))).toBeNull();
    expect(plan(live, request('waiting', -5))).toBeNull();
  });

  it('is over with its broadcast, or with its mark, and waits again when it returns', () => {
    expect(plan(null, request('waiting', 540))).toEqual(request('over', 540));
    expect(plan(null, request('unheard', 20))).toEqual(request('over', 20));
    expect(plan(null, request('over'))).toBeNull();
    expect(plan(live, request('over', -500))).toEqual(request('waiting', 0));
  });

  it('is never made again once it was heard', () => {
    for (const broadcast of [null, live, scheduled(900)]) expect(plan(broadcast, request('heard'))).toBeNull();
  });

  it('is not made of a waiting room whose time is long past, nor of what another platform only announces', () => {
    expect(plan(scheduled(-3_599), null)).not.toBeNull();
    expect(plan(scheduled(-3_601), null)).toBeNull();
    expect(plan({ ...live, state: 'scheduled' }, null)).toBeNull();
    expect(planRecording({ platform: 'twitcasting', broadcast: scheduled(5), request: null }, rules)).toBeNull();
  });

  it('is not made of what was live when the key was tracked before, until a look confirms it', () => {
    expect(plan({ ...live, seenAt: at(-86_400), trackedSince: NOW }, null)).toBeNull();
    expect(plan({ ...live, seenAt: at(-600), trackedSince: NOW }, null)).not.toBeNull();
    expect(plan({ ...live, seenAt: at(-86_400), trackedSince: at(-86_500) }, null)).not.toBeNull();
  });

  it('comes to rest: planned twice is planned once', () => {
    const broadcasts = fc.option(
      fc.record({
        state: fc.constantFrom('live' as const, 'scheduled' as const),
        scheduledStart: fc.option(fc.integer({ min: -9_000, max: 9_000 }).map(at)),
        payload: fc.option(fc.constant('p')),
        seenAt: fc.integer({ min: -9_000, max: 0 }).map(at),
        trackedSince: fc.option(fc.integer({ min: -9_000, max: 0 }).map(at)),
      }),
    );
    const requests = fc.option(
      fc.record({
        state: fc.constantFrom('waiting' as const, 'unheard' as const, 'heard' as const, 'over' as const),
        payload: fc.constantFrom('', 'p'),
        nextTryAt: fc.integer({ min: -9_000, max: 9_000 }).map(at),
      }),
    );
    fc.assert(
      fc.property(broadcasts, requests, (broadcast, known) => {
        const first = plan(broadcast, known);
        if (first === null) return;
        expect(known?.state).not.toBe('heard');
        expect(first.state).not.toBe('heard');
        expect(plan(broadcast, first)).toBeNull();
      }),
    );
  });
});

it('retries soon, then every half minute', () => {
  const waits = [0, 1, 2, 3, 4, 50].map((tries) => retryAt(tries, NOW).getTime() - NOW.getTime());
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});
