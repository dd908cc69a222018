import type { Pace } from '../domain/pace.ts';
import type { Platform } from '../domain/platform.ts';
import type { Transaction } from '../runtime/database.ts';
import { jsonbText, plainText } from './postgres-text.ts';

/** What changes of a key's own row. */
export interface StreamFacts {
  readonly title: string | null;
  readonly login: string | null;
  readonly pace: Pace;
  readonly settled: readonly string[];
  readonly goneCount: number;
  readonly quarantinedAt: Date | null;
  readonly lastLiveAt: Date | null;
}

interface Seen {
  readonly identifier: string;
  readonly verdicts: readonly unknown[];
  readonly stream: StreamFacts | null;
}

/** Writes what looks found out of keys into the rows of the keys, which are taken already. */
export async function updateStreams(tx: Transaction, platform: Platform, records: readonly Seen[]): Promise<void> {
  const grown = records.filter(({ verdicts }) => verdicts.length > 0).map(({ identifier }) => identifier);
  if (grown.length > 0)
    await tx.$executeRaw`
      UPDATE stream SET version = version + 1 WHERE platform = ${platform} AND identifier = ANY(${grown})`;
  const rows = records.flatMap(({ identifier, stream }) => {
    if (stream === null) return [];
    const { title, login, pace, settled, goneCount, quarantinedAt, lastLiveAt } = stream;
    const names = { title: title && plainText(title), login: login && plainText(login) };
    return [
      {
        identifier,
        ...names,
        pace,
        settled,
        gone_count: goneCount,
        quarantined_at: quarantinedAt,
        last_live_at: lastLiveAt,
      },
    ];
  });
  if (rows.length === 0) return;
  await tx.$executeRaw`
    UPDATE stream s SET title = r.title, login = r.login, pace = r.pace, settled = r.settled, gone_count = r.gone_count,
      quarantined_at = r.quarantined_at, last_live_at = r.last_live_at
    FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(identifier text, title text, login text, pace text,
      settled text[], gone_count int, quarantined_at timestamptz, last_live_at timestamptz)
    WHERE s.platform = ${platform} AND s.identifier = r.identifier`;
}
