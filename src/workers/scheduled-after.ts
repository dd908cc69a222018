import type { Platform } from '../shared/domain/platform.ts';
import type { ScheduledBroadcast } from '../shared/domain/start-look.ts';
import type { RememberedStream } from '../shared/store/look-store.ts';
import type { LookRecord } from '../shared/store/record-store.ts';
import { openAfter } from './look-record.ts';

/** What is announced and has not begun, as a look at these streams leaves it. Pure. */
export function scheduledAfter(
  platform: Platform,
  streams: readonly Pick<RememberedStream, 'identifier' | 'open'>[],
  records: readonly Pick<LookRecord, 'identifier' | 'verdicts'>[],
): ScheduledBroadcast[] {
  const verdicts = new Map(records.map((record) => [record.identifier, record.verdicts]));
  return streams.flatMap(({ identifier, open }) =>
    openAfter(open, verdicts.get(identifier) ?? []).flatMap(({ id, state, scheduledStart }) =>
      state === 'scheduled' && scheduledStart !== null ? [{ platform, identifier, id, scheduledStart }] : [],
    ),
  );
}
