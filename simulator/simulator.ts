import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PerPlatform } from '../src/shared/domain/platform.ts';
import { type Clock, systemClock } from '../src/shared/runtime/clock.ts';
import type { TrueBroadcast } from './broadcast.ts';
import { directory } from './control.ts';
import { wireControl } from './control-wire.ts';
import { worldControl } from './control-world.ts';
import { environmentFor } from './credentials.ts';
import { createFaults, type Faults } from './faults.ts';
import { type Flap, flap } from './flap.ts';
import type { SomeLimits } from './limits.ts';
import type { Pace } from './pace.ts';
import { createTwitcasting } from './platforms/twitcasting.ts';
import type { TwitchConduits } from './platforms/twitch-conduits.ts';
import type { TwitchEventSub } from './platforms/twitch-eventsub.ts';
import { createTwitch } from './platforms/twitch.ts';
import { createTwitter } from './platforms/twitter.ts';
import { createYoutube } from './platforms/youtube.ts';
import type { YoutubeHub } from './platforms/youtube-hub.ts';
import { type Courier, createCourier } from './push/courier.ts';
import type { Quirks } from './quirks.ts';
import { createRandom } from './random.ts';
import { type RandomWorld, startRandomWorld } from './random-world.ts';
import { createRequests, type Requests } from './requests.ts';
import { createWireServer } from './server.ts';
import { createSettings, type Settings } from './settings.ts';
import { createWorld, type World } from './world.ts';

export interface SimulatorOptions {
  /** 0, the default: any free one. */
  readonly port?: number;
  /** Loopback by default: the control interface has no lock. */
  readonly host?: string;
  /** What is made up (ids, names, chance) follows from it. */
  readonly seed?: string;
  /** Streamers who live by themselves. Absent: nothing happens unless it is told to. */
  readonly random?: { readonly streamers: PerPlatform<number>; readonly pace: Pace };
  readonly limits?: SomeLimits;
  readonly quirks?: Partial<Quirks>;
  /** What the wire and the transitions take for now; a random world lives in real time. */
  readonly clock?: Clock;
  /** Broadcasts that are over and still remembered. */
  readonly historyLimit?: number;
  /** Where TwitCasting pushes to, as if entered at its developer page. */
  readonly twitcastingCallback?: string;
  /** Requests that are kept one by one; counters go on without end. */
  readonly requestLimit?: number;
}

/** Four platforms that do not exist, on one port. */
export interface Simulator extends Settings {
  readonly url: string;
  readonly port: number;
  readonly world: World;
  readonly faults: Faults;
  readonly requests: Requests;
  /** What was pushed, and whether it arrived. */
  deliveries: Courier['deliveries'];
  /** Null when none was asked for. */
  readonly random: RandomWorld | null;
  /** A broadcast is off air for a while; resolves when it is back, at once when the simulator stops. */
  flap(flap: Flap): Promise<TrueBroadcast>;
  /** Twitch forgets all its tokens, or one: the next request with it gets 401. */
  revokeTwitchTokens(token?: string): void;
  /** Enters the application's address at TwitCasting's developer page; null: takes it out. */
  setTwitcastingCallback(url: string | null): void;
  /** X checks the registered addresses, as it does every hour: one that does not answer rightly becomes invalid. */
  recheckTwitterWebhooks(): Promise<void>;
  /** Subscriptions of Twitch's EventSub, to be seen, revoked and lost. */
  readonly eventsub: TwitchEventSub;
  conduits: TwitchConduits['all'];
  /** Units of the YouTube key spent today. */
  youtubeUnits(): number;
  /** Who the YouTube hub tells of what. */
  youtubeSubscriptions: YoutubeHub['subscriptions'];
  /** The environment that points Tallylight here, credentials included. */
  env(): Record<string, string>;
  /** Cuts what is open and stops. Safe to call twice. */
  stop(): Promise<void>;
}

const DEFAULTS = { port: 0, host: '127.0.0.1', seed: 'tallylight', historyLimit: 100_000, requestLimit: 10_000 };

/** @throws when the port cannot be had */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port, host, seed, historyLimit, requestLimit } = { ...DEFAULTS, ...options };
  const clock = options.clock ?? systemClock;
  const settings = createSettings(options.limits ?? {}, options.quirks ?? {});
  const world = createWorld({ clock, random: createRandom(`${seed}/world`), historyLimit });
  const faults = createFaults(createRandom(`${seed}/faults`));
  const requests = createRequests(clock, requestLimit);
  const courier = createCourier({ clock, random: createRandom(`${seed}/courier`), quirks: settings.quirks });
  const setting = { world, clock, courier, random: createRandom(`${seed}/wire`), ...settings };
  const [youtube, twitch] = [createYoutube(setting), createTwitch(setting)];
  const [twitter, twitcasting] = [createTwitter(setting), createTwitcasting(setting)];
  twitcasting.setCallback(options.twitcastingCallback ?? null);
  const stopping = new AbortController();

  const inside = {
    ...settings,
    world,
    faults,
    requests,
    deliveries: courier.deliveries,
    flap: (given: Flap) => flap(world, given, stopping.signal),
    revokeTwitchTokens: (token?: string) => twitch.tokens.revoke(token),
    eventsub: twitch.eventsub,
    conduits: twitch.conduits.all,
    setTwitcastingCallback: twitcasting.setCallback,
    recheckTwitterWebhooks: twitter.recheck,
    youtubeUnits: youtube.units.used,
    youtubeSubscriptions: youtube.hub.subscriptions,
    env: () => environmentFor(url),
  };
  let random: RandomWorld | null = null;
  const calls = [...worldControl(inside), ...wireControl({ ...inside, freeze: () => random?.stop() })];
  const platforms = [youtube, twitch, twitter, twitcasting];
  const server = createWireServer({ platforms, control: [directory(calls), ...calls], faults, requests, clock });

  const address = await listen(server, port, host);
  const url = `http://${host}:${address.port}`;
  random = options.random ? startRandomWorld({ world, seed, ...options.random }) : null;
  return { ...inside, url, port: address.port, random, stop };

  async function stop(): Promise<void> {
    stopping.abort();
    courier.stop();
    random?.stop();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}
