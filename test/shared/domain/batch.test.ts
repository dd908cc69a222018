import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formBatches } from '../../../src/shared/domain/batch.ts';
import { groupBy } from '../../../src/shared/domain/group.ts';
import { PLATFORMS } from '../../../src/shared/domain/platform.ts';
import { DIRECTIONS, fewestPossible } from './batch-optimum.ts';

const platform = fc.constantFrom(...PLATFORMS);
const direction = fc.constantFrom(...DIRECTIONS);
const changeList = fc
  .array(fc.record({ platform, identifier: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), direction }), {
    maxLength: 60,
  })
  .map((changes) => changes.map((change, id) => ({ ...change, id })));
const size = fc.integer({ min: 1, max: 7 });

describe('formBatches', () => {
  it('loses nothing and doubles nothing', () => {
    fc.assert(
      fc.property(changeList, size, (changes, maxStreams) => {
        const ids = formBatches(changes, maxStreams).flatMap((batch) => batch.changes.map(({ id }) => id));
        expect(ids.sort((a, b) => a - b)).toEqual(changes.map(({ id }) => id));
      }),
    );
  });

  it('never mixes platforms or directions, is never empty and never larger than allowed', () => {
    fc.assert(
      fc.property(changeList, size, (changes, maxStreams) => {
        for (const batch of formBatches(changes, maxStreams)) {
          expect(batch.changes.length).toBeGreaterThan(0);
          expect(batch.changes.length).toBeLessThanOrEqual(maxStreams);
          const labels = batch.changes.map((change) => [change.platform, change.direction]);
          expect(labels).toEqual(labels.map(() => [batch.platform, batch.direction]));
        }
      }),
    );
  });

  it('puts a later change of a key into a later batch', () => {
    fc.assert(
      fc.property(changeList, size, (changes, maxStreams) => {
        const placed = formBatches(changes, maxStreams).flatMap((batch, place) =>
          batch.changes.map((change) => ({ ...change, place })),
        );
        for (const ofKey of groupBy(placed, (change) => `${change.platform}/${change.identifier}`).values()) {
          const byAge = ofKey.toSorted((a, b) => a.id - b.id);
          for (const [i, change] of byAge.slice(1).entries()) {
            expect(change.place).toBeGreaterThan(byAge[i]?.place ?? Infinity);
          }
        }
      }),
    );
  });

  it('needs as few batches as can be while no key changes twice', () => {
    fc.assert(
      fc.property(
        fc.array(direction, { maxLength: 300 }),
        fc.integer({ min: 1, max: 100 }),
        (directions, maxStreams) => {
          const changes = directions.map(
            (each, i) => ({ platform: 'twitch', identifier: `${i}`, direction: each }) as const,
          );
          const full = (wanted: string) => Math.ceil(directions.filter((each) => each === wanted).length / maxStreams);
          expect(formBatches(changes, maxStreams)).toHaveLength(full('online') + full('offline'));
        },
      ),
    );
  });

  it('needs at most one batch more than the best there is when keys change several times', () => {
    const chains = fc.array(fc.array(direction, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(chains, fc.integer({ min: 1, max: 3 }), (keys, maxStreams) => {
        const changes = keys.flatMap((chain, key) =>
          chain.map((each) => ({ platform: 'twitch', identifier: `${key}`, direction: each }) as const),
        );
        expect(formBatches(changes, maxStreams).length).toBeLessThanOrEqual(fewestPossible(keys, maxStreams) + 1);
      }),
    );
  });

  it('merges a window of starts and ends into one batch each', () => {
    const change = (identifier: string, each: 'online' | 'offline') =>
      ({ platform: 'youtube', identifier, direction: each }) as const;
    const batches = formBatches(
      [change('a', 'offline'), change('b', 'online'), change('c', 'offline'), change('a', 'online')],
      100,
    );
    expect(batches.map((batch) => [batch.direction, batch.changes.map(({ identifier }) => identifier)])).toEqual([
      ['offline', ['a', 'c']],
      ['online', ['a', 'b']],
    ]);
  });
});
