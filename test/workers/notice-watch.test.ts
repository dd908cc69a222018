import { pino } from 'pino';
import { expect, it } from 'vitest';
import { NOTICE_TABLES, type NoticeTable, type TableRead } from '../../src/shared/domain/notice.ts';
import { judgeReads } from '../../src/shared/domain/notice-doubt.ts';
import { createMetrics } from '../../src/shared/runtime/metrics.ts';
import type { Imported } from '../../src/workers/import-notices.ts';
import { createNoticeWatch } from '../../src/workers/notice-watch.ts';
import { eventually } from '../support/eventually.ts';

const AWAY = { kind: 'away', message: 'nothing listens there' } as const;

function imported(over: { fault?: typeof AWAY; rows?: number; refused?: Imported['refused'] } = {}): Imported {
  const read: TableRead = over.fault
    ? { kind: 'failed', reason: over.fault.message }
    : { kind: 'read', rows: over.rows ?? 100, refused: [] };
  const tables = Object.fromEntries(NOTICE_TABLES.map((table) => [table, read])) as Record<NoticeTable, TableRead>;
  const believed = new Map(NOTICE_TABLES.map((table) => [table, 100]));
  return {
    plan: { follow: [], resolve: [], end: [], forget: [], pin: [], unpin: [] },
    beliefs: judgeReads(tables, { believed, accept: false }),
    reading: { tables, follows: [], names: [], owned: [], trusted: [], marked: [] },
    refused: over.refused ?? [],
    keptOut: [],
    fault: over.fault ?? null,
  };
}

/** A watch over imports that come to these ends, one after the other, the last one for ever. */
function watchOver(ends: (Imported | Error)[], firstRetryMs = 1) {
  const lines: string[] = [];
  let imports = 0;
  const watch = createNoticeWatch({
    importNotices: async () => {
      const end = ends[Math.min(imports++, ends.length - 1)];
      if (!end || end instanceof Error) throw end ?? new Error('no end');
      return end;
    },
    firstRetryMs,
    longestRetryMs: () => 2 * firstRetryMs,
    metrics: createMetrics(),
    logger: pino(
      { base: null, timestamp: false },
      { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
    ),
  });
  return { watch, lines, imports: () => imports };
}

it('tries again by itself until the database is back, and says so once', async () => {
  const { watch, lines, imports } = watchOver([imported({ fault: AWAY }), imported({ fault: AWAY }), imported()]);
  await watch.start();
  await watch.importNow();
  await eventually(() => expect(imports()).toBe(3));
  await watch.importNow();
  expect(lines).toEqual(["the bot's database is away, nothing ends meanwhile", "the bot's database is back"]);
  await watch.stop();
});

it('never throws, whatever fails, and tries that again too', async () => {
  const { watch, imports } = watchOver([new Error('Postgres is away'), imported()]);
  await watch.importNow();
  await eventually(() => expect(imports()).toBe(2));
  await watch.stop();
});

it('says once what it does not believe, and what it cannot use', async () => {
  const refused = [{ table: 'twitch_spider', reason: 'x', guildId: null }] as const;
  const { watch, lines } = watchOver([imported({ rows: 10, refused })], 60_000);
  await watch.importNow();
  await watch.importNow();
  expect(lines).toHaveLength(NOTICE_TABLES.length + 1);
  expect(lines.filter((line) => line.includes('tallylight import --accept'))).toHaveLength(NOTICE_TABLES.length);
  await watch.stop();
});

it('imports once for all who ask at the same time, and lets nobody wait for it when it is stopped', async () => {
  let imports = 0;
  const watch = createNoticeWatch({
    importNotices: ({ signal }) => {
      imports += 1;
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(imported())));
    },
    ...{ firstRetryMs: 1, longestRetryMs: () => 1, metrics: createMetrics(), logger: pino({ level: 'silent' }) },
  });
  const asked = [watch.importNow(), watch.importNow()];
  await watch.stop();
  await Promise.all(asked);
  await watch.importNow();
  expect(imports).toBe(1);
});

it('imports afresh what was said while an import was under way', async () => {
  const { watch, imports } = watchOver([imported()]);
  await watch.start();
  const underWay = watch.importNow();
  await Promise.all([underWay, watch.importNow()]);
  expect(imports()).toBe(1);
  await Promise.all([watch.importNow(), watch.importAfresh()]);
  expect(imports()).toBe(3);
  await watch.stop();
});
