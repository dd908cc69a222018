import { describe, expect, it } from 'vitest';
import { createProbes } from '../../src/http/probes.ts';
import type { Check } from '../../src/shared/runtime/health.ts';

const fine: Check = { name: 'poll', check: () => ({ ok: true }) };
const ask = async (path: string, checks: Check[]) => {
  const response = await createProbes({ live: checks, ready: checks }).request(path);
  return { status: response.status, body: await response.json() };
};

describe.each(['/livez', '/readyz'])('%s', (path) => {
  it('answers 200 when every check is fine, and when there is none', async () => {
    expect(await ask(path, [fine])).toEqual({ status: 200, body: { ok: true, checks: [{ name: 'poll', ok: true }] } });
    expect(await ask(path, [])).toEqual({ status: 200, body: { ok: true, checks: [] } });
  });

  it('answers 503 with the reason when one is not', async () => {
    const stuck: Check = { name: 'flush', check: async () => ({ ok: false, reason: 'nothing moved for 2 min' }) };
    expect(await ask(path, [fine, stuck])).toEqual({
      status: 503,
      body: {
        ok: false,
        checks: [
          { name: 'poll', ok: true },
          { name: 'flush', ok: false, reason: 'nothing moved for 2 min' },
        ],
      },
    });
  });

  it('counts a check that throws as failing, and says only the first line of its message', async () => {
    const broken: Check = {
      name: 'redis',
      check: () => {
        throw new Error('\nconnection is closed\n  at a place that is nobody’s business');
      },
    };
    const { status, body } = await ask(path, [broken]);
    expect(status).toBe(503);
    expect(body).toMatchObject({ checks: [{ name: 'redis', ok: false, reason: 'connection is closed' }] });
  });

  it('counts a check that never answers as failing', async () => {
    const hanging: Check = { name: 'postgres', check: () => new Promise(() => undefined) };
    const { status, body } = await ask(path, [hanging]);
    expect(status).toBe(503);
    expect(body).toMatchObject({ checks: [{ ok: false, reason: 'no answer in 2 s' }] });
  });
});
