import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPollWatchdog } from '../../src/workers/poll-watchdog.ts';

let now = 0;
const clock = { now: () => new Date(now) };

beforeEach(() => {
  vi.useFakeTimers();
  now = 1_000_000;
});

afterEach(() => {
  vi.useRealTimers();
});

function setup({ overdue }: { overdue: number }) {
  const happened: string[] = [];
  const watchdog = createPollWatchdog({
    name: 'poll-twitch',
    overdue: async () => overdue,
    rebuild: async () => {
      happened.push('rebuilt');
    },
    giveUp: (reason) => happened.push(reason),
    patienceMs: () => 60_000,
    clock,
    logger: pino({ level: 'silent' }),
  });
  return { watchdog, happened };
}

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 15) {
    now += 15_000;
    await vi.advanceTimersByTimeAsync(15_000);
  }
}

describe('the watchdog of a poll worker', () => {
  it('leaves a worker alone that finishes polls', async () => {
    const { watchdog, happened } = setup({ overdue: 5 });
    await watchdog.start();
    for (let i = 0; i < 10; i++) {
      await pass(30);
      watchdog.progress();
    }
    expect(happened).toEqual([]);
    expect(watchdog.health()).toEqual({ ok: true });
    await watchdog.stop();
  });

  it('leaves a worker alone that has nothing to do', async () => {
    const { watchdog, happened } = setup({ overdue: 0 });
    await watchdog.start();
    await pass(600);
    expect(happened).toEqual([]);
    await watchdog.stop();
  });

  it('rebuilds a worker that finishes nothing while keys are overdue, says so, and then gives up', async () => {
    const { watchdog, happened } = setup({ overdue: 5 });
    await watchdog.start();
    await pass(60);
    expect(happened).toEqual(['rebuilt']);
    expect(watchdog.health()).toMatchObject({ ok: false });
    await pass(60);
    expect(happened[1]).toMatch(/5 keys overdue/);
    await watchdog.stop();
  });

  it('forgives a rebuilt worker that goes on', async () => {
    const { watchdog, happened } = setup({ overdue: 5 });
    await watchdog.start();
    await pass(60);
    watchdog.progress();
    await pass(45);
    expect(happened).toEqual(['rebuilt']);
    expect(watchdog.health()).toEqual({ ok: true });
    await watchdog.stop();
  });
});
