import { groupBy } from '../shared/domain/group.ts';
import { planRecording, retryAt } from '../shared/domain/recording.ts';
import { keyText } from '../shared/domain/stream-key.ts';
import { eachOf } from '../shared/platforms/batches.ts';
import type { AskRecorder } from '../shared/pubsub/recorder.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { DueRecording, PlannedRecording, RecordingStore, SentRecording } from '../shared/store/recording-store.ts';

/** Most requests sent in one go; the others come with the next. */
const MOST = 500;
const AT_ONCE = 16;

export interface RequestRecordingsParts {
  readonly recordings: Pick<RecordingStore, 'find' | 'save' | 'due' | 'settle'>;
  readonly askRecorder: AskRecorder;
  /** How long before its scheduled start a YouTube broadcast is requested, in ms. */
  readonly leadMs: number;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'recordings'>;
  readonly logger: Logger;
}

/** How many requests came to what. */
export interface RequestedRecordings {
  readonly heard: number;
  readonly unheard: number;
  readonly over: number;
}

/**
 * Asks the recorder for the broadcasts of marked keys, each once: claimed in the table → published and marked in one
 * step → settled in the table. Cut off anywhere, and run by any number of processes at once, it is taken up again: what
 * is claimed is still due, and what was heard is only settled. What nobody heard is sent again while its broadcast lives.
 */
export function createRequestRecordings(parts: RequestRecordingsParts) {
  const { recordings, askRecorder, leadMs, clock, metrics, logger } = parts;

  async function plan(now: Date): Promise<number> {
    const planned = (await recordings.find()).flatMap((found): PlannedRecording[] => {
      const next = planRecording(found, { now, leadMs });
      return next ? [{ ...found, plan: next }] : [];
    });
    await recordings.save(planned);
    const over = planned.filter(({ plan: { state } }) => state === 'over');
    for (const [platform, { length }] of groupBy(over, (each) => each.platform)) {
      metrics.recordings.inc({ platform, result: 'over' }, length);
    }
    return over.length;
  }

  async function send(due: DueRecording): Promise<SentRecording> {
    const { platform, identifier, broadcastId, channel, tries } = due;
    const { receivers, repeated } = await askRecorder(due);
    const result = repeated ? 'repeated' : receivers > 0 ? 'heard' : 'unheard';
    metrics.recordings.inc({ platform, result });
    const of = { key: keyText({ platform, identifier }), broadcast: broadcastId, channel };
    if (receivers > 0) logger.info({ ...of, receivers }, 'recorder asked to record');
    else if (tries === 0)
      logger.warn(of, 'nobody listens, so nothing is recorded; the request is sent again until somebody does');
    return { ...due, receivers, nextTryAt: retryAt(tries, clock.now()) };
  }

  /** @throws when Postgres or Redis is away; what was sent until then is settled */
  return async function requestRecordings(): Promise<RequestedRecordings> {
    const now = clock.now();
    const over = await plan(now);
    const sent: SentRecording[] = [];
    try {
      await eachOf(await recordings.due(now, MOST), AT_ONCE, async (due) => void sent.push(await send(due)));
    } finally {
      await recordings.settle(sent, now);
    }
    const heard = sent.filter(({ receivers }) => receivers > 0).length;
    return { heard, unheard: sent.length - heard, over };
  };
}
