import type { Context } from '../context.ts';
import { readNotices } from '../shared/notices/read-notices.ts';
import { saidNow } from '../shared/runtime/said-now.ts';
import { createNameStore } from '../shared/store/name-store.ts';
import { createNoticeStore } from '../shared/store/notice-store.ts';
import { createImportNotices, type ImportNotices } from '../workers/import-notices.ts';
import { createNoticeWatch, type NoticeWatch } from '../workers/notice-watch.ts';
import type { Intake } from './intake.ts';
import type { Tracking } from './tracking.ts';

export interface NoticesParts {
  readonly tracking: Pick<Tracking, 'applyPins' | 'carryOut'>;
  readonly intake: Pick<Intake, 'handOn'>;
}

/** How soon a database that is away is tried again, in ms. */
const FIRST_RETRY_MS = 5_000;

/** Brings what the bot's own tables say to ours. */
export function wireImport(
  { database, redis }: Context,
  url: string,
  { tracking, intake }: NoticesParts,
): ImportNotices {
  return createImportNotices({
    readNotices: () => readNotices(url),
    store: createNoticeStore(database),
    names: createNameStore(database),
    handOn: intake.handOn,
    applyPins: tracking.applyPins,
    carryOut: tracking.carryOut,
    now: () => saidNow({ redis }),
  });
}

/** @returns null where no database of the bot is set */
export function wireNoticeWatch(context: Context, parts: NoticesParts): NoticeWatch | null {
  const { config, metrics, logger } = context;
  if (config.NOTICE_DATABASE_URL === null) return null;
  return createNoticeWatch({
    importNotices: wireImport(context, config.NOTICE_DATABASE_URL, parts),
    firstRetryMs: FIRST_RETRY_MS,
    longestRetryMs: () => config.STATE_SYNC_INTERVAL,
    ...{ metrics, logger },
  });
}
