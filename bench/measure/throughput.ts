import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../reading/numbers.ts';
import { figure, type Figure, type Measured } from '../report/figure.ts';
import type { Servers } from '../servers.ts';
import type { Settings } from '../settings.ts';
import { openSide, type Side } from '../sides/side.ts';
import { identifiersFrom } from '../sides/tables.ts';
import type { Window } from '../sides/window.ts';

const PROCESSES = [1, 2];

/** As many polls a second as one and two processes can do, when there is always another one due. */
export async function measureThroughput(servers: Servers, settings: Settings): Promise<Measured> {
  const { keys, everyMs } = settings.throughput;
  const population = { identifiers: identifiersFrom(0, keys), everyMs };
  const tallylight = await openSide('tallylight', servers, population);
  const bare = await openSide('bare', servers, population);
  const figures: Figure[] = [];
  for (const processes of PROCESSES) figures.push(...(await compare({ tallylight, bare }, processes, settings)));
  await Promise.all([tallylight.close(), bare.close()]);
  return {
    name: 'throughput',
    title: `Polls a second: ${keys} keys, each due every ${everyMs} ms, more than can be done`,
    meaning: [
      'Jobs finished a second. Ours runs the real poll worker, claims and tables on a platform that answers at once; the',
      'reference is a BullMQ worker with an empty processor, 250 at once in both. A poll whose key a neighbour’s request',
      'has covered is done at once, by design: looks and requests a second say how much was really asked.',
      'Both take turns; the figures are medians.',
    ],
    figures,
  };
}

async function compare(
  sides: { tallylight: Side; bare: Side },
  processes: number,
  { throughput }: Settings,
): Promise<Figure[]> {
  const windows: { ours: Window[]; theirs: Window[] } = { ours: [], theirs: [] };
  for (let round = 0; round < throughput.rounds; round += 1) {
    windows.ours.push(await saturate(sides.tallylight, processes, throughput));
    windows.theirs.push(await saturate(sides.bare, processes, throughput));
  }
  const where = processes === 1 ? '1 process' : `${processes} processes`;
  const values = (value: (window: Window) => number) => ({
    value: median(windows.ours.map(value)),
    reference: median(windows.theirs.map(value)),
  });
  const ours = (value: (window: Window) => number) => ({ value: median(windows.ours.map(value)) });
  const cpu = (of: 'node' | 'redis' | 'postgres') => (window: Window) => window.microsPerPoll[of] ?? Number.NaN;
  return [
    figure({ what: `polls, ${where}`, unit: 'a second', ...values((one) => one.pollsPerSecond), atLeast: 0.7 }),
    figure({ what: `keys looked at, ${where}`, unit: 'a second', ...ours((one) => one.looksPerSecond) }),
    figure({ what: `requests, ${where}`, unit: 'a second', ...ours((one) => one.requests / one.seconds) }),
    figure({ what: `polls a neighbour covered, ${where}`, unit: '%', ...ours((one) => 100 * one.freshShare) }),
    figure({ what: `CPU of Node, ${where}`, unit: 'µs a poll', ...values(cpu('node')) }),
    figure({ what: `CPU of Redis, ${where}`, unit: 'µs a poll', ...values(cpu('redis')) }),
    figure({ what: `CPU of Postgres, ${where}`, unit: 'µs a poll', ...ours(cpu('postgres')) }),
  ];
}

async function saturate(
  side: Side,
  processes: number,
  { warmUpMs, windowMs }: Settings['throughput'],
): Promise<Window> {
  await side.work(processes);
  await sleep(warmUpMs);
  const window = await side.window(windowMs);
  await side.rest();
  return window;
}
