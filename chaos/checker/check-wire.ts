import type { Telling } from './check-listener.ts';
import type { Difference } from './difference.ts';
import { grouped } from './grouped.ts';

/**
 * What a plain subscriber heard, however often: it may miss messages while Redis is away, so nothing has to be there; but
 * what is there was, and says the same under the same EventId.
 */
export function checkWire(tellings: readonly Telling[], known: ReadonlySet<string>): Difference[] {
  const changes = grouped(tellings, ({ platform, id, direction }) => `${platform}/${id} ${direction}`);
  const strangers = tellings.filter(({ platform, id }) => !known.has(`${platform}/${id}`));
  return [
    ...strangers.map(({ platform, key, id, direction }) => ({
      ...{ kind: 'phantom' as const, about: `wire, ${platform}/${key}` },
      text: `${id} was published ${direction}, but never was live`,
    })),
    ...[...changes].flatMap(([change, told]) => {
      const ids = [...new Set(told.map(({ eventId }) => eventId))];
      if (ids.length < 2) return [];
      const text = `${change} was published under ${ids.length} EventIds: ${ids.join(', ')}`;
      return [{ kind: 'other-event-id' as const, about: 'wire', text }];
    }),
  ];
}
