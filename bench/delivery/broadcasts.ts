import { setTimeout as sleep } from 'node:timers/promises';
import type { Streamer } from '../../simulator/broadcast.ts';
import type { SeenRequest } from '../../src/demo/check-requests.ts';
import type { Shard } from '../../src/demo/shard.ts';
import type { Stage } from './stage.ts';

/** One broadcast on its way from the platform to a shard; instants in ms. */
export interface Journey {
  readonly wentLiveAt: number;
  /** The first request after it that asked for its key. */
  readonly askedAt: number;
  /** Its change was found, and goes into the outbox. */
  readonly recordedAt: number;
  readonly heardAt: number;
}

/** After an event a platform's next one waits for URGENT_INTERVAL to pass: this long, so that each travels alone. */
const REST_MS = 1_050;

/** As long as a poll interval, so that they go live at moments that have nothing to do with the polls. */
const JITTER_MS = 1_000;

const PATIENCE_MS = 30_000;

/** Lets each streamer go live, one after the other. */
export async function broadcastAll(stage: Stage, streamers: readonly Streamer[]): Promise<Journey[]> {
  const { steering, shard, database } = stage;
  const journeys: Journey[] = [];
  for (const streamer of streamers) {
    const { id, at } = await steering.goLive(streamer);
    await until(() => heard(shard, id) !== undefined, `${streamer.platform}/${id} was announced`);
    const change = await database.change.findFirst({ where: { broadcastId: id, direction: 'online' } });
    journeys.push({
      wentLiveAt: at,
      askedAt: firstAsked(await steering.requests(streamer.platform), streamer, at),
      recordedAt: change?.recordedAt.getTime() ?? Number.NaN,
      heardAt: heard(shard, id)?.heardAt.getTime() ?? Number.NaN,
    });
    await sleep(REST_MS + Math.random() * JITTER_MS);
  }
  return journeys;
}

export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1_000} s in vain until ${what}`);
    await sleep(20);
  }
}

function heard({ heard: all }: Shard, id: string) {
  return all.find(({ broadcastId, direction }) => broadcastId === id && direction === 'online');
}

function firstAsked(requests: readonly SeenRequest[], { identifier, userId }: Streamer, since: number): number {
  const request = requests.find(
    ({ at, ids }) => at.getTime() >= since && (ids.includes(identifier) || ids.includes(userId)),
  );
  return request?.at.getTime() ?? Number.NaN;
}
