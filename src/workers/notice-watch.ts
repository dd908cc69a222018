import { NOTICE_TABLES } from '../shared/domain/notice.ts';
import type { Beliefs } from '../shared/domain/notice-doubt.ts';
import { sleep } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { Service } from '../shared/runtime/service.ts';
import type { Imported, ImportNotices } from './import-notices.ts';

/** How long one step of an import may hold up a stop, in ms. */
const STEP_WITHIN_MS = 5_000;

export interface NoticeWatchParts {
  readonly importNotices: ImportNotices;
  /** How long to wait after a first failure; doubles with each further one. */
  readonly firstRetryMs: number;
  /** The longest wait: after it the periodic reconcile imports anyway. */
  readonly longestRetryMs: () => number;
  readonly metrics: Pick<Metrics, 'noticeChanges'>;
  readonly logger: Logger;
}

/** Imports the bot's tables and tries again when they are away. None of it harms whoever waits for it. */
export interface NoticeWatch extends Service {
  /** Imports now, or waits for the import under way. Never throws: an import that failed is tried again by itself. */
  importNow(): Promise<void>;
  /** The same, but never by an import that began before. */
  importAfresh(): Promise<void>;
}

export function createNoticeWatch(parts: NoticeWatchParts): NoticeWatch {
  const { importNotices, metrics, logger } = parts;
  const tell = createTeller(logger);
  let stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let failures = 0;

  async function run(): Promise<void> {
    clearTimeout(timer);
    try {
      const imported = await importNotices({ dryRun: false, accept: false, signal: stopping.signal });
      tell(imported);
      count(imported, metrics);
      failures = imported.fault ? failures + 1 : 0;
    } catch (error) {
      if (stopping.signal.aborted) return;
      failures += 1;
      logger.warn({ err: error }, "the bot's tables could not be imported, trying again");
    }
    if (failures > 0 && !stopping.signal.aborted) retryLater();
  }

  function retryLater(): void {
    const waitMs = Math.min(parts.firstRetryMs * 2 ** Math.min(failures - 1, 16), parts.longestRetryMs());
    timer = setTimeout(() => void importNow(), waitMs);
  }

  function importNow(): Promise<void> {
    if (stopping.signal.aborted) return Promise.resolve();
    running ??= run().finally(() => {
      running = undefined;
    });
    return Promise.race([running, aborted(stopping.signal)]);
  }

  return {
    name: 'notice-watch',
    importNow,
    async importAfresh() {
      await running;
      await importNow();
    },
    async start() {
      if (stopping.signal.aborted) stopping = new AbortController();
    },
    /** A step under way is finished. A server that answers slowly is not waited for: reading changes nothing. */
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await Promise.race([running, sleep(STEP_WITHIN_MS)]);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Says what is new: an outage, a doubt or a refusal once, not at every import. */
function createTeller(logger: Logger) {
  let doubted = new Set<string>();
  let [refusals, outs] = [0, 0];
  let isAway = false;

  return function tell({ plan, beliefs, refused, keptOut, fault }: Imported): void {
    if (fault && !isAway) logger.warn({ reason: fault.message }, "the bot's database is away, nothing ends meanwhile");
    if (!fault && isAway) logger.info("the bot's database is back");
    isAway = fault !== null;
    const doubts = fault ? doubted : doubtsOf(beliefs);
    for (const table of doubts) if (!doubted.has(table)) tellDoubt(logger, table, beliefs);
    doubted = doubts;
    if (refused.length > refusals) {
      const [first] = refused;
      logger.warn({ refused: refused.length, first }, "rows of the bot's tables cannot be used");
    }
    if (!fault) refusals = refused.length;
    if (keptOut.length > outs) tellKeptOut(logger, keptOut);
    if (!fault) outs = keptOut.length;
    const changes = changesOf(plan);
    if (Object.values(changes).some((each) => each > 0)) logger.info(changes, "the bot's tables were imported");
  };
}

function tellKeptOut(logger: Logger, keptOut: Imported['keptOut']): void {
  const [first] = keptOut;
  logger.warn({ keptOut: keptOut.length, reason: first?.reason }, "follows of the bot's tables kept out by a limit");
}

function tellDoubt(logger: Logger, table: string, beliefs: Beliefs): void {
  const belief = beliefs[table as keyof Beliefs];
  const doubt = belief.kind === 'doubted' ? belief.doubt : '';
  logger.warn(
    { table, doubt },
    'a table of the bot is not believed, so nothing ends for it; if it is right, run: tallylight import --accept',
  );
}

function doubtsOf(beliefs: Beliefs): Set<string> {
  return new Set(NOTICE_TABLES.filter((table) => beliefs[table].kind === 'doubted'));
}

function changesOf({ follow, resolve, end, forget, pin, unpin }: Imported['plan']) {
  return {
    followed: follow.length,
    named: resolve.length,
    ended: end.length,
    forgotten: forget.length,
    pinned: pin.length,
    unpinned: unpin.length,
  };
}

function count({ plan }: Imported, metrics: NoticeWatchParts['metrics']): void {
  for (const [what, number] of Object.entries(changesOf(plan))) metrics.noticeChanges.inc({ what }, number);
}
