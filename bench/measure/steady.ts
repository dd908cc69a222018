import { setTimeout as sleep } from 'node:timers/promises';
import { type Figure, figure, type Measured } from '../report/figure.ts';
import type { Servers } from '../servers.ts';
import type { Settings } from '../settings.ts';
import { openSide } from '../sides/side.ts';
import { identifiersFrom } from '../sides/tables.ts';
import type { Window } from '../sides/window.ts';

/** Keys of one request to the instant platform, as of Twitch. */
const BATCH = 100;

const MANY = 4;

/** What it costs to keep looking at many keys, and how late the polls run. */
export async function measureSteady(servers: Servers, settings: Settings): Promise<Measured> {
  const figures: Figure[] = [];
  for (const keys of settings.steady.sizes) {
    const bare = await settleBare(servers, keys, settings.steady);
    const ours = await settleOurs(servers, keys, settings.steady);
    figures.push(...compare(keys, { bare, ...ours }, settings.steady.everyMs));
  }
  return {
    name: 'steady',
    title: `At rest: each key is due every ${settings.steady.everyMs / 1_000} s, spread over the interval`,
    meaning: [
      'Lateness is from the slot of a poll to its run, in 5 % steps; most of it is BullMQ’s own waiting. CPU is the share',
      'of one core. Bytes are what Redis holds more than an empty one. Requests are those of all processes together, in',
      `one interval, beside ceil(keys / ${BATCH}); the busiest second shows whether they come in a rush.`,
    ],
    figures,
  };
}

type Steady = Settings['steady'];

interface Ours {
  readonly one: Window;
  readonly many: Window;
  readonly bytes: number;
}

interface Bare {
  readonly window: Window;
  readonly bytes: number;
}

async function settleBare(servers: Servers, keys: number, steady: Steady): Promise<Bare> {
  const side = await openSide('bare', servers, { identifiers: identifiersFrom(0, keys), everyMs: steady.everyMs });
  await side.work(1);
  await sleep(steady.warmUpMs);
  const window = await side.window(steady.bareWindowMs);
  const bytes = await side.bytesPerKey();
  await side.close();
  return { window, bytes };
}

async function settleOurs(servers: Servers, keys: number, steady: Steady): Promise<Ours> {
  const side = await openSide('tallylight', servers, {
    identifiers: identifiersFrom(0, keys),
    everyMs: steady.everyMs,
  });
  await side.work(1);
  await sleep(steady.warmUpMs);
  const one = await side.window(steady.windowMs);
  await side.work(MANY);
  await sleep(steady.warmUpMs);
  const many = await side.window(steady.windowMs);
  const bytes = await side.bytesPerKey();
  await side.close();
  return { one, many, bytes };
}

function compare(keys: number, { bare, one, many, bytes }: Ours & { bare: Bare }, everyMs: number): Figure[] {
  const size = `${keys.toLocaleString('en')} keys`;
  const least = Math.ceil(keys / BATCH);
  const late = (share: 'p50' | 'p99'): Figure =>
    figure({
      what: `${size}, lateness ${share}`,
      unit: 'ms',
      value: one.latenessMs[share],
      reference: bare.window.latenessMs[share],
    });
  const cpu = (what: string, of: 'nodeCpu' | 'redisCpu'): Figure =>
    figure({
      what: `${size}, CPU of ${what}`,
      unit: '% of a core',
      value: 100 * one[of],
      reference: 100 * bare.window[of],
    });
  const requests = (window: Window, who: string): Figure[] => [
    figure({
      what: `${size}, requests an interval, ${who}`,
      unit: 'requests',
      value: (window.requests * everyMs) / 1_000 / window.seconds,
      reference: least,
      atMost: 1.15,
    }),
    figure({ what: `${size}, busiest second, ${who}`, unit: 'requests', value: window.mostRequestsInASecond }),
  ];
  return [
    ...[late('p50'), late('p99'), cpu('Node', 'nodeCpu'), cpu('Redis', 'redisCpu')],
    figure({ what: `${size}, CPU of Postgres`, unit: '% of a core', value: percent(one.postgresCpu) }),
    figure({ what: `${size}, Redis memory`, unit: 'bytes a key', value: bytes, reference: bare.bytes }),
    ...requests(one, '1 process'),
    ...requests(many, `${MANY} processes`),
    figure({ what: `${size}, lateness p99, ${MANY} processes`, unit: 'ms', value: many.latenessMs.p99 }),
  ];
}

function percent(share: number | null): number | null {
  return share === null ? null : 100 * share;
}
