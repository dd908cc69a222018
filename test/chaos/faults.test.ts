import { expect, it } from 'vitest';
import { FAULTS, faultsByChance, shortFaults } from '../../chaos/faults/faults.ts';
import { createRandom } from '../../simulator/random.ts';

it('gives the same faults in the same order for the same seed, each of them once before any comes again', () => {
  const first = (seed: string): string[] => {
    const faults = faultsByChance(createRandom(seed));
    return FAULTS.map(() => faults.next().value.name);
  };
  expect(first('7')).toEqual(first('7'));
  expect(first('7')).not.toEqual(first('8'));
  expect(first('7').sort()).toEqual(FAULTS.map(({ name }) => name).sort());
});

it('has a short form whose faults all exist', () => {
  expect(shortFaults().length).toBeGreaterThan(5);
});
