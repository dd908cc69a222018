import { z } from 'zod';
import { answerId, optionalText, optionalTime, optionalUrl, type ReadRows, rowsOf } from '../answer-fields.ts';
import type { Fault, ReadFault } from '../http-fault.ts';
import { restOf } from '../http-fault.ts';
import { nextPacificMidnight } from '../pacific-day.ts';
import { parseJson } from '../parse-json.ts';

const thumbnail = z.looseObject({ url: optionalUrl }).optional().catch(undefined);

const video = z.looseObject({
  id: answerId,
  snippet: z.looseObject({
    channelId: answerId,
    channelTitle: optionalText,
    title: optionalText,
    liveBroadcastContent: z.string(),
    thumbnails: z
      .looseObject({ maxres: thumbnail, standard: thumbnail, high: thumbnail, medium: thumbnail, default: thumbnail })
      .optional()
      .catch(undefined),
  }),
  /** Absent for a plain upload. */
  liveStreamingDetails: z
    .looseObject({ scheduledStartTime: optionalTime, actualStartTime: optionalTime, actualEndTime: optionalTime })
    .optional(),
  statistics: z.looseObject({ viewCount: optionalText }).optional().catch(undefined),
});

/** An id that is deleted or private is absent. `items` itself never is: without it this is no answer. */
export const videosAnswer = z.looseObject({ items: rowsOf(video, 'id') });
export type VideoRow = z.infer<typeof video>;
export type VideoRows = ReadRows<VideoRow>;

const owner = z.looseObject({ id: answerId, snippet: z.looseObject({ channelId: answerId }) });
export const ownersAnswer = z.looseObject({ items: z.array(owner) });

const channel = z.looseObject({
  id: answerId,
  snippet: z.looseObject({ title: optionalText, customUrl: optionalText }).optional(),
});

/** Here `items` may be absent when nothing matches; that it is a list of channels is then told by `kind` alone. */
export const channelsAnswer = z.looseObject({
  kind: z.literal('youtube#channelListResponse'),
  items: z.array(channel).default([]),
});
export type ChannelRow = z.infer<typeof channel>;

const playlistItem = z.looseObject({ contentDetails: z.looseObject({ videoId: answerId }) });
export const playlistAnswer = z.looseObject({ items: z.array(playlistItem) });

const refusal = z.looseObject({
  error: z.looseObject({
    errors: z.array(z.looseObject({ reason: optionalText })).default([]),
    details: z.array(z.looseObject({ reason: optionalText })).default([]),
  }),
});

const DAILY = ['quotaExceeded', 'dailyLimitExceeded'];
const RATE = ['rateLimitExceeded', 'userRateLimitExceeded'];
const BAD_KEY = ['keyInvalid', 'keyExpired', 'API_KEY_INVALID', 'accessNotConfigured'];

/** YouTube tells quota, rate and key apart by a reason inside the body only. Source: YouTube Data API, errors. */
export const readYoutubeFault: ReadFault = ({ status, headers, text }, now): Fault | undefined => {
  const read = refusal.safeParse(parseJson(text));
  if (!read.success || (status !== 400 && status !== 403 && status !== 429)) return undefined;
  const { errors, details } = read.data.error;
  const reasons = [...errors, ...details].flatMap(({ reason }) => reason ?? []);
  const found = (known: readonly string[]): string | undefined => reasons.find((reason) => known.includes(reason));

  const daily = found(DAILY);
  if (daily) return { fault: 'budget-spent', reason: daily, restUntil: nextPacificMidnight(now) };
  const rate = found(RATE);
  if (rate) return { fault: 'rate-limited', reason: rate, restUntil: restOf(headers, now) ?? after(now, 60_000) };
  const key = found(BAD_KEY);
  return key ? { fault: 'unauthorized', reason: key, restUntil: after(now, 30_000) } : undefined;
};

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
