import { z } from 'zod';
import { type History, readHistory } from '../../simulator/history.ts';
import { PLATFORMS, type PerPlatform, perPlatform, type Platform } from '../shared/domain/platform.ts';
import type { SeenRequest } from './check-requests.ts';

const counts = z.record(z.string(), z.looseObject({ requests: z.number() }));
const recent = z.array(
  z.looseObject({
    at: z.iso.datetime().transform((text) => new Date(text)),
    platform: z.enum(PLATFORMS),
    ids: z.array(z.string()),
  }),
);

/** Steers the simulator, and asks it for the truth. */
export interface SimulatorControl {
  /** Nothing begins or ends any more. */
  freeze(): Promise<void>;
  /** How often each platform was asked. */
  requestCounts(): Promise<PerPlatform<number>>;
  /** The last requests one by one, oldest first. */
  requests(platform?: Platform): Promise<SeenRequest[]>;
  history(): Promise<History>;
  /** What YouTube allows in a day. */
  allowYoutube(units: number): Promise<void>;
  /** Where TwitCasting sends its webhooks: its developer page asks for that. */
  callTwitcasting(url: string): Promise<void>;
}

/** @param url the simulator's root */
export function createSimulatorControl(url: string): SimulatorControl {
  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/_sim/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (response.ok) return response.json();
    throw new Error(`the simulator answered ${method} /_sim/${path} with ${response.status}: ${await response.text()}`);
  }
  return {
    freeze: async () => void (await ask('POST', 'freeze')),
    async requestCounts() {
      const entries = Object.entries(counts.parse(await ask('GET', 'requests')));
      return perPlatform((platform) =>
        entries
          .filter(([endpoint]) => endpoint.startsWith(`${platform}.`))
          .reduce((sum, [, { requests }]) => sum + requests, 0),
      );
    },
    requests: async (platform) =>
      recent.parse(await ask('GET', `requests/recent${platform ? `?platform=${platform}` : ''}`)),
    history: () => readHistory(url),
    callTwitcasting: async (url) => void (await ask('PATCH', 'twitcasting/callback', { url })),
    allowYoutube: async (unitsPerDay) => void (await ask('PATCH', 'limits', { youtube: { unitsPerDay } })),
  };
}
