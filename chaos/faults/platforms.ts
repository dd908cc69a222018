import type { FaultRequest } from '../../simulator/faults.ts';
import type { Random } from '../../simulator/random.ts';
import { PLATFORMS, type Platform } from '../../src/shared/domain/platform.ts';
import { sleep } from '../../src/shared/runtime/clock.ts';
import { emptyRedis } from '../servers.ts';
import type { Fault, Stage } from '../stage.ts';

const SICK_MS = 6_000;
/** Longer than any grace, and than most broadcasts. */
const AWAY_MS = 45_000;

/** What a platform answers while it is sick. */
const ANSWERS: Readonly<Record<string, Omit<FaultRequest, 'platform'>>> = {
  '401': { kind: 'unauthorized' },
  '404': { kind: 'not-found' },
  "404 of a web server's own": { kind: 'html-not-found' },
  '429 with Retry-After': { kind: 'rate-limited', retryAfterSeconds: 2 },
  '429 without': { kind: 'bare-rate-limited' },
  '500': { kind: 'server-error' },
  '503': { kind: 'unavailable' },
  'no answer': { kind: 'timeout' },
  'drop by drop': { kind: 'slow', delayMs: 4_000 },
  garbage: { kind: 'garbage' },
  'half an answer': { kind: 'half' },
  'an answer cut off': { kind: 'truncated' },
  'a gigantic answer': { kind: 'huge', bytes: 32 * 1024 * 1024 },
  'an answer that says nothing': { kind: 'empty' },
  'no body': { kind: 'no-body' },
  'connections cut': { kind: 'down' },
};

/** Where "for today" and "for this month" are told apart from "for now". */
const WITH_QUOTA = ['youtube', 'twitter'] as const;

export const PLATFORM_FAULTS: readonly Fault[] = [
  ...Object.entries(ANSWERS).map(([name, answer]) => sick(`platforms: ${name}`, answer)),
  quota(WITH_QUOTA),
  away('twitch'),
];

/** Every other time all platforms at once, else one or two of them. */
function sick(name: string, answer: Omit<FaultRequest, 'platform'>, at: readonly Platform[] = PLATFORMS): Fault {
  return {
    name,
    platforms: at.length === PLATFORMS.length ? null : at,
    strike: (stage) => holdSick(stage, answer, at, SICK_MS),
    aim: (random) => sick(name, answer, random.chance(0.5) ? PLATFORMS : some(random)),
  };
}

/** It lasts for the rest of the day: here until Redis, which keeps it, is emptied. */
function quota(at: readonly Platform[]): Fault {
  return {
    name: 'platforms: 403 quota, until Redis is emptied',
    platforms: null,
    async strike(stage) {
      await holdSick(stage, { kind: 'quota' }, at, SICK_MS);
      await emptyRedis(stage.servers.redis);
    },
    aim: (random) => quota([random.pick(WITH_QUOTA)]),
  };
}

function away(at: Platform): Fault {
  return {
    name: 'a whole provider down for 45 s',
    platforms: [at],
    strike: (stage) => holdSick(stage, { kind: 'down' }, [at], AWAY_MS),
    aim: (random) => away(random.pick(PLATFORMS)),
  };
}

async function holdSick(
  { sim }: Stage,
  answer: Omit<FaultRequest, 'platform'>,
  at: readonly Platform[],
  forMs: number,
): Promise<void> {
  for (const platform of at) sim.faults.add({ ...answer, platform });
  await sleep(forMs);
  for (const platform of at) sim.faults.clear(platform);
}

function some(random: Random): Platform[] {
  const first = random.pick(PLATFORMS);
  const other = random.pick(PLATFORMS);
  return first === other ? [first] : [first, other];
}
