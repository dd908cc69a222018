import { describe, expect, it } from 'vitest';
import { CALM, eventsAtOnce, type RedisSigns, weigh } from '../../../src/shared/domain/back-pressure.ts';

const MIB = 1024 * 1024;
const quiet: RedisSigns = { subscribers: [], memoryShare: null, answerMs: 1 };
const behind = (...bytes: number[]): RedisSigns => ({
  ...quiet,
  subscribers: bytes.map((behindBytes, i) => ({ id: `${i}`, name: `shard-${i}`, address: '10.0.0.1:1', behindBytes })),
});

describe('subscribers', () => {
  it('slow nobody down while they take what they get', () => {
    expect(weigh(CALM, behind(0, 20_000, MIB - 1), 0)).toEqual(CALM);
    expect(weigh(CALM, { ...quiet, subscribers: null }, 0)).toEqual(CALM);
  });

  it('slow everybody down, the more the nearer the furthest is to being cut off, by a second at most', () => {
    const pauses = [1, 4, 8, 31].map((mib) => weigh(CALM, behind(0, mib * MIB), 0).pauseMs);
    expect(pauses).toEqual([125, 500, 1_000, 1_000]);
    expect(weigh(CALM, behind(2 * MIB, 8 * MIB), 0)).toMatchObject({
      cause: 'subscribers',
      slow: [{ id: '1' }, { id: '0' }],
    });
  });

  it('are not waited for for ever: one that is dead is only shown after a while, until it has caught up', () => {
    const first = weigh(CALM, behind(8 * MIB), 0);
    const soon = weigh(first, behind(9 * MIB), 89_999);
    expect(soon.pauseMs).toBe(1_000);
    const later = weigh(soon, behind(9 * MIB), 90_000);
    expect(later).toMatchObject({ pauseMs: 0, cause: null, slow: [{ id: '0', since: 0, waitedFor: false }] });
    const well = weigh(later, behind(0), 100_000);
    expect(weigh(well, behind(8 * MIB), 101_000)).toMatchObject({ pauseMs: 1_000, slow: [{ waitedFor: true }] });
  });

  it('each have their own time: a dead one does not hide one that fell behind later', () => {
    const dead = weigh(CALM, behind(20 * MIB), 0);
    expect(weigh(dead, behind(20 * MIB, 4 * MIB), 95_000)).toMatchObject({
      pauseMs: 500,
      slow: [
        { id: '0', waitedFor: false },
        { id: '1', waitedFor: true },
      ],
    });
  });
});

describe('Redis', () => {
  it('slows everybody down as its memory runs out', () => {
    const pauses = [0.5, 0.9, 0.95, 1.2].map((memoryShare) => weigh(CALM, { ...quiet, memoryShare }, 0).pauseMs);
    expect(pauses).toEqual([0, 0, 500, 1_000]);
  });

  it('slows everybody down when it answers slowly, as long as an answer takes', () => {
    const pauses = [249, 250, 600, 5_000].map((answerMs) => weigh(CALM, { ...quiet, answerMs }, 0).pauseMs);
    expect(pauses).toEqual([0, 250, 600, 1_000]);
    expect(weigh(CALM, { ...behind(MIB), answerMs: 600 }, 0).cause).toBe('redis');
  });
});

it('forms as many events as can leave in half a second, at least one', () => {
  expect(eventsAtOnce(20, 0, 20)).toBe(10);
  expect(eventsAtOnce(10_000, 0, 20)).toBe(20);
  expect(eventsAtOnce(1, 0, 20)).toBe(1);
  expect(eventsAtOnce(20, 125, 20)).toBe(4);
  expect(eventsAtOnce(20, 1_000, 20)).toBe(1);
});
