import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { processorTime, readTicks, ticksOf } from '../../soak/sampling/processor-time.ts';

it('reads what the system says of a process, whatever its name is', () => {
  const line =
    '912 (a) b (c 7) S 12 912 12 34817 912 4194304 1 2 3 4 150 30 20 5 20 0 11 0 88 99 7 18446744073709551615';
  expect(readTicks(line)).toEqual({ pid: 912, parent: 12, own: 180, ended: 25 });
  expect(readTicks('')).toBeNull();
});

it('counts all that a process has started, whether it has ended or not, and nobody else', () => {
  const all = [
    { pid: 10, parent: 1, own: 1, ended: 20 },
    { pid: 11, parent: 10, own: 300, ended: 0 },
    { pid: 12, parent: 11, own: 4_000, ended: 0 },
    { pid: 13, parent: 1, own: 50_000, ended: 0 },
  ];
  expect(ticksOf(all, 10)).toBe(4_321);
});

it('knows what a child has used that has ended, where the system tells it', async () => {
  if (!existsSync('/proc/self/stat')) return expect(await processorTime(process.pid)).toBeNull();
  const before = (await processorTime(process.pid)) ?? Number.NaN;
  const busy = 'while (process.cpuUsage().user < 300_000);';
  await once(spawn(process.execPath, ['-e', busy]), 'close');
  expect(((await processorTime(process.pid)) ?? Number.NaN) - before).toBeGreaterThan(0.25);
});
