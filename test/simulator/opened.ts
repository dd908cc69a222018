import { afterEach } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import type { Clock } from '../../src/shared/runtime/clock.ts';

const open: Simulator[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.stop()));
});

/** A simulator that ends with the test. */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  open.push(simulator);
  return simulator;
}

/** A clock that only moves when it is told to. */
export function manualClock(start = '2026-09-26T10:00:00.000Z'): Clock & { advance(ms: number): void } {
  let now = Date.parse(start);
  return {
    now: () => new Date(now),
    advance(ms) {
      now += ms;
    },
  };
}

/** The environment of a simulator, where every variable is there. */
export function settingOf(simulator: Simulator, name: string): string {
  const value = simulator.env()[name];
  if (value === undefined) throw new Error(`the simulator gives no ${name}`);
  return value;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined when the body is no JSON. */
  readonly json: unknown;
  readonly text: string;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: jsonIn(text), text };
}

/** Calls the control interface. */
export function steer(simulator: Simulator, method: string, path: string, body?: unknown): Promise<Reply> {
  return ask(`${simulator.url}/_sim${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

export async function twitchToken(simulator: Simulator): Promise<string> {
  const { json } = await ask(`${settingOf(simulator, 'TWITCH_AUTH_URL')}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: settingOf(simulator, 'TWITCH_CLIENT_ID'),
      client_secret: settingOf(simulator, 'TWITCH_CLIENT_SECRET'),
      grant_type: 'client_credentials',
    }),
  });
  return (json as { access_token: string }).access_token;
}

export async function helix(simulator: Simulator, path: string, token?: string): Promise<Reply> {
  const headers = {
    authorization: `Bearer ${token ?? (await twitchToken(simulator))}`,
    'client-id': settingOf(simulator, 'TWITCH_CLIENT_ID'),
  };
  return ask(`${settingOf(simulator, 'TWITCH_API_URL')}/${path}`, { headers });
}

export function youtube(simulator: Simulator, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const key = settingOf(simulator, 'YOUTUBE_API_KEY');
  return ask(`${settingOf(simulator, 'YOUTUBE_API_URL')}/${path}&key=${key}`, { headers });
}

export function feed(simulator: Simulator, channelId: string): Promise<Reply> {
  return ask(`${settingOf(simulator, 'YOUTUBE_FEED_URL')}/feeds/videos.xml?channel_id=${channelId}`);
}

export function x(simulator: Simulator, path: string): Promise<Reply> {
  const authorization = `Bearer ${settingOf(simulator, 'TWITTER_BEARER_TOKEN')}`;
  return ask(`${settingOf(simulator, 'TWITTER_API_URL')}/${path}`, { headers: { authorization } });
}

export function twitcasting(simulator: Simulator, path: string): Promise<Reply> {
  const id = settingOf(simulator, 'TWITCASTING_CLIENT_ID');
  const secret = settingOf(simulator, 'TWITCASTING_CLIENT_SECRET');
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  return ask(`${settingOf(simulator, 'TWITCASTING_API_URL')}/${path}`, { headers: { authorization } });
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
