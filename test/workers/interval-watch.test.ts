import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createIntervalWatch } from '../../src/workers/interval-watch.ts';

let now = 0;

beforeEach(() => {
  vi.useFakeTimers();
  now = 1_000_000;
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const happened: string[] = [];
  const state = { intervals: [60_000, 120_000], away: false };
  const watch = createIntervalWatch({
    intervals: () => state.intervals,
    reschedule: async () => {
      happened.push(state.away ? 'failed' : `rescheduled to ${state.intervals}`);
      if (state.away) throw new Error('redis is away');
      return [];
    },
    hastenLooks: async () => {
      happened.push('hastened');
      return 0;
    },
    ...{ everyMs: 500, settleMs: 10_000 },
    clock: { now: () => new Date(now) },
    logger: pino({ level: 'silent' }),
  });
  return { watch, happened, state };
}

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < 2 * seconds; i += 1) {
    now += 500;
    await vi.advanceTimersByTimeAsync(500);
  }
}

it('at the start brings forward what an interval of before made late, and then leaves everything alone', async () => {
  const { watch, happened } = setup();
  await watch.start();
  await pass(60);
  expect(happened).toEqual(['hastened']);
  await watch.stop();
});

it('follows an interval at once, and once more when every process has heard of it', async () => {
  const { watch, happened, state } = setup();
  await watch.start();
  await pass(1);
  state.intervals = [5_000, 120_000];
  await pass(1);
  expect(happened.slice(1)).toEqual(['rescheduled to 5000,120000', 'hastened']);
  await pass(60);
  expect(happened.slice(3)).toEqual(['rescheduled to 5000,120000', 'hastened']);
  await watch.stop();
});

it('goes on trying while it cannot', async () => {
  const { watch, happened, state } = setup();
  await watch.start();
  await pass(1);
  state.away = true;
  state.intervals = [5_000, 120_000];
  await pass(5);
  state.away = false;
  await pass(1);
  expect(happened.filter((what) => what === 'failed').length).toBeGreaterThan(3);
  expect(happened.slice(-2)).toEqual(['rescheduled to 5000,120000', 'hastened']);
  await watch.stop();
});

it('does nothing after it was stopped', async () => {
  const { watch, happened, state } = setup();
  await watch.start();
  await watch.stop();
  state.intervals = [5_000, 120_000];
  await pass(60);
  expect(happened).toEqual(['hastened']);
});
