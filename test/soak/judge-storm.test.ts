import { expect, it } from 'vitest';
import { judgeOver, judgeVisible, showsNothingWaiting, showsWaiting } from '../../soak/judge/storm.ts';
import type { Sample } from '../../soak/sampling/sample.ts';

const known = (oldestChange: number): Sample => ({ oldestChange, queues: { change: 0 } }) as unknown as Sample;
/** No process answered in time that knows of the whole cluster. */
const silent = { oldestChange: 0, queues: {} } as unknown as Sample;

it('sees that something waits when one sample shows it', () => {
  expect(judgeVisible([known(0), known(3.4), silent])).toMatchObject({ ok: true, found: '3.40 s' });
  expect(judgeVisible([known(0.2), silent])).toMatchObject({ ok: false, found: '0.20 s' });
  expect(judgeVisible([])).toMatchObject({ ok: false });
  expect([known(1), known(0.9), silent].map(showsWaiting)).toEqual([true, false, false]);
});

it('believes that nothing waits only what a process has said, the last one', () => {
  expect(judgeOver([known(5), known(0), silent])).toMatchObject({ ok: true, found: '0.00 s' });
  expect(judgeOver([known(0), known(5), silent])).toMatchObject({ ok: false, found: '5.00 s' });
  expect(judgeOver([silent])).toMatchObject({ ok: false, found: 'unknown' });
  expect([known(0), known(0.1), silent].map(showsNothingWaiting)).toEqual([true, false, false]);
});
