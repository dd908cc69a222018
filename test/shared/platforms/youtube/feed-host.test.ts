import { describe, expect, test } from 'vitest';
import { createFeedHost, type FeedHost } from '../../../../src/shared/platforms/youtube/feed-host.ts';

const MINUTE = 60_000;

function host(): { host: FeedHost; wait: (ms: number) => void } {
  let now = Date.parse('2026-09-26T10:00:00Z');
  return {
    host: createFeedHost({ now: () => new Date(now) }),
    wait: (ms) => {
      now += ms;
    },
  };
}

function fail(one: FeedHost, times: number): void {
  for (let i = 0; i < times; i++) one.failed();
}

describe('the host of the feeds', () => {
  test('rests after ten failures in a row, whatever they were', () => {
    const { host: one, wait } = host();
    fail(one, 9);
    expect(one.mayAsk()).toBe(true);
    one.failed();
    expect(one.mayAsk()).toBe(false);
    wait(MINUTE);
    expect(one.mayAsk()).toBe(true);
  });

  test('is tried with three requests after a rest, and rests twice as long when they fail', () => {
    const { host: one, wait } = host();
    fail(one, 10);
    wait(MINUTE);
    fail(one, 2);
    expect(one.mayAsk()).toBe(true);
    one.failed();
    wait(2 * MINUTE - 1);
    expect(one.mayAsk()).toBe(false);
    wait(1);
    expect(one.mayAsk()).toBe(true);
  });

  test('is well again with the first feed that works', () => {
    const { host: one } = host();
    fail(one, 9);
    one.worked('UCa');
    fail(one, 9);
    expect(one.mayAsk()).toBe(true);
  });

  test('rests at once when it tells us to go away', () => {
    const { host: one, wait } = host();
    one.refused(new Date('2026-09-26T10:02:00Z'));
    wait(2 * MINUTE - 1);
    expect(one.mayAsk()).toBe(false);
    wait(1);
    expect(one.mayAsk()).toBe(true);
    one.refused(null);
    wait(4 * MINUTE);
    expect(one.mayAsk()).toBe(false);
  });

  test('names a channel whose feed works only while that is recent', () => {
    const { host: one, wait } = host();
    expect(one.working()).toBeNull();
    one.worked('UCa');
    expect(one.working()).toBe('UCa');
    wait(5 * MINUTE);
    expect(one.working()).toBeNull();
  });
});
