import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../src/shared/runtime/clock.ts';
import { environmentFor } from './credentials.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Limits, REAL_LIMITS, type SomeLimits } from './limits.ts';
import { createTwitcasting } from './platforms/twitcasting.ts';
import { createTwitch } from './platforms/twitch.ts';
import { createTwitter } from './platforms/twitter.ts';
import { createYoutube } from './platforms/youtube.ts';
import { NO_QUIRKS, type Quirks } from './quirks.ts';
import { createRandom } from './random.ts';
import { createRequests, type Requests } from './requests.ts';
import { createWireServer } from './server.ts';
import { createWorld, type World } from './world.ts';

export interface SimulatorOptions {
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly host?: string;
  /** What is made up (ids, names, chance) follows from it. */
  readonly seed?: string;
  readonly clock?: Clock;
  readonly limits?: SomeLimits;
  readonly quirks?: Partial<Quirks>;
  /** Broadcasts that are over and still remembered. */
  readonly historyLimit?: number;
  /** Requests that are kept one by one; counters go on without end. */
  readonly requestLimit?: number;
}

/** Four platforms that do not exist, on one port. */
export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly world: World;
  readonly faults: Faults;
  readonly requests: Requests;
  limits(): Limits;
  /** Changes what is named; meters that run go on with the new figures. */
  setLimits(limits: SomeLimits): void;
  quirks(): Quirks;
  setQuirks(quirks: Partial<Quirks>): void;
  /** Twitch forgets all its tokens, or one: the next request with it gets 401. */
  revokeTwitchTokens(token?: string): void;
  /** Units of the YouTube key spent today. */
  youtubeUnits(): number;
  /** The environment that points Tallylight here, credentials included. */
  env(): Record<string, string>;
  /** Cuts what is open and stops. Safe to call twice. */
  stop(): Promise<void>;
}

const HISTORY_LIMIT = 100_000;
const REQUEST_LIMIT = 10_000;

/** @throws when the port cannot be had */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 'tallylight';
  const settings = createSettings(options);
  const historyLimit = options.historyLimit ?? HISTORY_LIMIT;
  const world = createWorld({ clock, random: createRandom(`${seed}/world`), historyLimit });
  const faults = createFaults(createRandom(`${seed}/faults`));
  const requests = createRequests(clock, options.requestLimit ?? REQUEST_LIMIT);
  const setting = { world, clock, random: createRandom(`${seed}/wire`), ...settings };
  const twitch = createTwitch(setting);
  const youtube = createYoutube(setting);
  const platforms = [youtube, twitch, createTwitter(setting), createTwitcasting(setting)];
  const server = createWireServer({ platforms, control: [], faults, requests });

  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://${host}:${port}`;

  return {
    url,
    port,
    world,
    faults,
    requests,
    ...settings,
    revokeTwitchTokens: (token) => twitch.tokens.revoke(token),
    youtubeUnits: youtube.units.used,
    env: () => environmentFor(url),
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function createSettings(options: SimulatorOptions) {
  let limits = merged(REAL_LIMITS, options.limits ?? {});
  let quirks: Quirks = { ...NO_QUIRKS, ...options.quirks };
  return {
    limits: () => limits,
    setLimits(some: SomeLimits): void {
      limits = merged(limits, some);
    },
    quirks: () => quirks,
    setQuirks(some: Partial<Quirks>): void {
      quirks = { ...quirks, ...some };
    },
  };
}

function merged(limits: Limits, some: SomeLimits): Limits {
  return Object.assign(
    {},
    ...Object.entries(limits).map(([name, values]) => {
      return { [name]: { ...values, ...some[name as keyof SomeLimits] } };
    }),
  );
}
