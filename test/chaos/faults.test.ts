import { expect, it } from 'vitest';
import { FAULTS, faultsByChance, faultsOf, shortFaults } from '../../chaos/faults/faults.ts';
import { REDIS_KINDS } from '../../chaos/servers.ts';
import { createRandom } from '../../simulator/random.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';

it('gives the same faults in the same order for the same seed, each of them once before any comes again', () => {
  const first = (seed: string): string[] => {
    const faults = faultsByChance(createRandom(seed));
    return FAULTS.map(() => faults.next().value.name);
  };
  expect(first('7')).toEqual(first('7'));
  expect(first('7')).not.toEqual(first('8'));
  expect(first('7').sort()).toEqual(FAULTS.map(({ name }) => name).sort());
});

it('has a short form whose faults all exist, and can be done to the Redis that there is', () => {
  for (const kind of REDIS_KINDS) {
    const faults = shortFaults(kind);
    expect(faults.length).toBeGreaterThan(5);
    expect(faultsOf(kind)).toEqual(expect.arrayContaining(faults));
  }
});

it('loses a master where another server can take its place, and only there', () => {
  const names = (kind: (typeof REDIS_KINDS)[number]): string[] => faultsOf(kind).map(({ name }) => name);
  const own = ['sentinel failover', 'cluster master killed'];
  expect(REDIS_KINDS.map((kind) => own.filter((name) => names(kind).includes(name)))).toEqual([[], [own[0]], [own[1]]]);
  expect(shortFaults('sentinel').map(({ name }) => name)).toContain('sentinel failover');
  expect(shortFaults('cluster').map(({ name }) => name)).toContain('cluster master killed');
  for (const kind of ['sentinel', 'cluster'] as const) expect(names(kind)).not.toContain('Redis killed, its file lost');
});

it('aims what a platform answers at all of them, at some, and in the end at each of them alone', () => {
  const faults = faultsByChance(
    createRandom('7'),
    FAULTS.filter(({ name }) => name === 'platforms: 500'),
  );
  const aims = Array.from({ length: 60 }, () => faults.next().value.platforms?.join() ?? 'all');
  expect(aims).toEqual(expect.arrayContaining(['all', ...PLATFORMS]));
});

it('takes a whole provider away, one after the other', () => {
  const faults = faultsByChance(
    createRandom('7'),
    FAULTS.filter(({ name }) => name.startsWith('a whole provider')),
  );
  const aims = Array.from({ length: 40 }, () => faults.next().value.platforms?.join());
  expect([...new Set(aims)].sort()).toEqual([...PLATFORMS].sort());
});
