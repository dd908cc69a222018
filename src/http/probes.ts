import { Hono } from 'hono';
import { sleep } from '../shared/runtime/clock.ts';
import type { Check, Health } from '../shared/runtime/health.ts';

/** A check that takes longer counts as failing, in ms: whoever asks has a time-out of its own. */
const ANSWER_WITHIN_MS = 2_000;

export interface ProbeParts {
  /** Whether this process gets on with its work. Failing: start it afresh. */
  readonly live: readonly Check[];
  /** Whether it can work now. Failing: wait, and send it nothing. */
  readonly ready: readonly Check[];
}

/** `/livez` and `/readyz`: 200 when every check is fine, else 503; the body says which one is not, and why. */
export function createProbes({ live, ready }: ProbeParts): Hono {
  const app = new Hono();
  const serve = (path: string, checks: readonly Check[]): void => {
    app.get(path, async (c) => {
      const answers = await Promise.all(checks.map(ask));
      const ok = answers.every((answer) => answer.ok);
      return c.json({ ok, checks: answers }, ok ? 200 : 503, { 'Cache-Control': 'no-store' });
    });
  };
  serve('/livez', live);
  serve('/readyz', ready);
  return app;
}

async function ask({ name, check }: Check): Promise<Health & { name: string }> {
  const answered = new AbortController();
  const late = sleep(ANSWER_WITHIN_MS, answered.signal).then(() =>
    failing(`no answer in ${ANSWER_WITHIN_MS / 1000} s`),
  );
  const health = await Promise.race([Promise.resolve().then(check).catch(failed), late]);
  answered.abort();
  return { name, ...health };
}

function failed(error: unknown): Health {
  return failing(error instanceof Error ? firstLine(error.message) : String(error));
}

function failing(reason: string): Health {
  return { ok: false, reason };
}

function firstLine(message: string): string {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.find((line) => line !== '') ?? 'failed without a message';
}
