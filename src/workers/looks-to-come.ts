import { nextEndLook } from '../shared/domain/end-look.ts';
import type { PlannedLook } from '../shared/domain/planned-look.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { nextStartLook } from '../shared/domain/start-look.ts';
import type { EndRule } from '../shared/domain/verdict.ts';
import type { RememberedStream } from '../shared/store/look-store.ts';
import type { LookRecord } from '../shared/store/record-store.ts';
import { type Open, openAfter } from './look-record.ts';

export interface LooksToComeParts {
  readonly platform: Platform;
  readonly streams: readonly Pick<RememberedStream, 'identifier' | 'open'>[];
  readonly records: readonly Pick<LookRecord, 'identifier' | 'verdicts'>[];
  readonly rule: Pick<EndRule, 'graceMs'>;
  readonly now: Date;
}

/** Which further looks a look at these streams makes necessary, whatever their pace. Pure. */
export function looksToCome({ platform, streams, records, rule, now }: LooksToComeParts): PlannedLook[] {
  const verdicts = new Map(records.map((record) => [record.identifier, record.verdicts]));
  return streams.flatMap(({ identifier, open }) =>
    openAfter(open, verdicts.get(identifier) ?? []).flatMap((broadcast): PlannedLook[] => {
      const { why, at } = decisiveMoment(broadcast, rule, now);
      return at === null ? [] : [{ platform, identifier, why, about: broadcast.id, at }];
    }),
  );
}

function decisiveMoment({ state, scheduledStart, missingSince }: Open, rule: Pick<EndRule, 'graceMs'>, now: Date) {
  if (state === 'live') return { why: 'end', at: missingSince && nextEndLook(missingSince, rule, now) } as const;
  return { why: 'start', at: scheduledStart && nextStartLook(scheduledStart, now) } as const;
}
