import { z } from 'zod';
import type { Streamer } from '../../simulator/broadcast.ts';
import { createSimulatorControl } from '../../src/demo/simulator-control.ts';
import type { Platform } from '../../src/shared/domain/platform.ts';

/** What a benchmark wants of the simulator. */
export interface Steering {
  addStreamer(platform: Platform): Promise<Streamer>;
  /** @returns the id of the broadcast, and when it truly went on air, in ms */
  goLive(streamer: Streamer): Promise<{ id: string; at: number }>;
  /** The last requests one by one, oldest first. */
  requests: ReturnType<typeof createSimulatorControl>['requests'];
}

const streamer = z.looseObject({
  platform: z.enum(['youtube', 'twitch', 'twitter', 'twitcasting']),
  identifier: z.string(),
  userId: z.string(),
  login: z.string(),
  name: z.string(),
  createdAt: z.coerce.date(),
  exists: z.boolean(),
});
const broadcast = z.looseObject({ id: z.string(), onAirSince: z.iso.datetime() });

/** @param url the simulator's root */
export function createSteering(url: string): Steering {
  async function post(call: string, body: object): Promise<unknown> {
    const response = await fetch(`${url}/_sim/${call}`, { method: 'POST', body: JSON.stringify(body) });
    if (response.ok) return response.json();
    throw new Error(`the simulator answered POST /_sim/${call} with ${response.status}: ${await response.text()}`);
  }
  return {
    addStreamer: async (platform) => streamer.parse(await post('streamers', { platform })),
    async goLive({ platform, identifier }) {
      const { id, onAirSince } = broadcast.parse(await post('live', { platform, identifier }));
      return { id, at: Date.parse(onAirSince) };
    },
    requests: createSimulatorControl(url).requests,
  };
}
