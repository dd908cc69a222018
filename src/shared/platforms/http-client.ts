import type { z } from 'zod';
import type { Platform } from '../domain/platform.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { createTimeLimit } from '../runtime/time-limit.ts';
import { AnswerTooLong, boundedText } from './bounded-text.ts';
import { PlatformError } from './errors.ts';
import { faultOf, type HttpAnswer, type ReadFault } from './http-fault.ts';
import { parseJson } from './parse-json.ts';

export interface HttpRequest {
  /** What metrics and messages call it; the URL may hold a key and is never shown. */
  readonly endpoint: string;
  readonly url: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Unless told: POST with a body, GET without. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A body that is sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** A body that is sent as JSON. */
  readonly json?: unknown;
  readonly signal: AbortSignal;
  /** Which answers outside 2xx the caller reads itself. */
  readonly expects?: (answer: HttpAnswer) => boolean;
}

/** One platform's way out: bounded in time and size, counted, and with one reading of what went wrong. */
export interface HttpClient {
  /** @throws PlatformError unless the answer is a 2xx or one that the request expects */
  ask(request: HttpRequest): Promise<HttpAnswer>;
  /** Reads an answer. @throws PlatformError `unavailable` when it is not what the schema says */
  read<T>(answer: HttpAnswer, schema: z.ZodType<T>): T;
}

export interface HttpParts {
  readonly platform: Platform;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly readFault: ReadFault;
  /** From the first byte sent to the last byte read, ms. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 8 * 1024 * 1024;

export function createHttpClient(parts: HttpParts): HttpClient {
  const { platform, metrics, clock, readFault } = parts;
  const sayIfSimulated = createSimulationNotice(parts);
  const count = (endpoint: string, outcome: string): void => metrics.requests.inc({ platform, endpoint, outcome });

  return {
    async ask(request) {
      // Whoever asks too late, as after waiting for a database, must not blame the platform.
      if (request.signal.aborted) throw new Error(`${platform} was not asked for ${request.endpoint}: it was stopped`);
      const answer = await exchange(request, parts).catch((error: unknown) => {
        count(request.endpoint, 'unavailable');
        throw error;
      });
      sayIfSimulated(answer);
      const ok = answer.status >= 200 && answer.status < 300;
      if (ok || request.expects?.(answer)) {
        count(request.endpoint, ok ? 'ok' : String(answer.status));
        return answer;
      }
      const fault = faultOf(platform, answer, { readFault, now: clock.now() });
      count(request.endpoint, fault.fault);
      throw fault;
    },
    read(answer, schema) {
      const read = schema.safeParse(parseJson(answer.text));
      if (read.success) return read.data;
      count(answer.endpoint, 'unreadable');
      const where = read.error.issues[0]?.path.join('.') || 'the whole';
      throw new PlatformError(
        platform,
        'unavailable',
        `${platform} answered ${answer.endpoint} unreadably at ${where}`,
      );
    },
  };
}

async function exchange(request: HttpRequest, parts: HttpParts): Promise<HttpAnswer> {
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, platform } = parts;
  const limit = createTimeLimit(request.signal, timeoutMs);
  try {
    const { body, headers } = bodyOf(request);
    const response = await fetch(urlOf(request), {
      method: request.method ?? (body === null ? 'GET' : 'POST'),
      headers: { accept: 'application/json', 'user-agent': 'tallylight', ...headers, ...request.headers },
      body,
      redirect: 'manual',
      signal: limit.signal,
    });
    const text = await boundedText(response, maxBytes);
    return { endpoint: request.endpoint, status: response.status, headers: response.headers, text };
  } catch (error) {
    const why = limit.reason() ?? reasonOf(error);
    throw new PlatformError(platform, 'unavailable', `${platform} gave no answer to ${request.endpoint}: ${why}`, {
      cause: error,
    });
  } finally {
    limit.release();
  }
}

function urlOf({ url, query = [] }: HttpRequest): string {
  const search = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return search === '' ? url : `${url}?${search}`;
}

function bodyOf({ form, json }: HttpRequest): {
  body: string | URLSearchParams | null;
  headers: HttpRequest['headers'];
} {
  if (json !== undefined) return { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
  return { body: form ? new URLSearchParams(form) : null, headers: {} };
}

/**
 * What lies behind the error, by its code where it has one: fetch itself only ever says "fetch failed". Where nothing
 * lies behind, the request could not even be made, and the message may quote its URL or a header: both hold credentials.
 */
function reasonOf(error: unknown): string {
  if (error instanceof AnswerTooLong) return error.message;
  const behind = error instanceof Error ? error.cause : undefined;
  const code = codeOf(behind) ?? codeOf(error);
  if (code !== undefined) return code;
  return behind instanceof Error
    ? behind.message
    : 'the request cannot be made, look for odd characters in its settings';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What runs against a simulator says so. */
function createSimulationNotice({ platform, logger }: HttpParts): (answer: HttpAnswer) => void {
  let said = false;
  return ({ headers }) => {
    if (said || headers.get('server') !== 'tallylight-simulator') return;
    said = true;
    logger.warn({ platform }, 'answers come from a simulator, not from the platform');
  };
}
