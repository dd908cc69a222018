import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { groupBy } from '../../src/shared/domain/group.ts';
import { eventually } from '../support/eventually.ts';
import { type Outbox, openOutbox, sequences } from '../support/outbox.ts';

const PROGRAM = fileURLToPath(new URL('../support/flush-process.mjs', import.meta.url));
const KEYS = 12;

let outbox: Outbox;
let child: ChildProcess | undefined;

beforeEach(async () => {
  outbox = await openOutbox({ maxStreams: 2 });
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await outbox.close();
});

async function startFlushing(): Promise<ChildProcess> {
  const flushing = fork(PROGRAM, [outbox.tables.url, outbox.server.url]);
  child = flushing;
  await new Promise<void>((resolve, reject) => {
    flushing.once('message', () => resolve());
    flushing.once('exit', (code) => reject(new Error(`the flushing process ended by itself, exit code ${code}`)));
  });
  return flushing;
}

/** Every key goes on air, or off again. */
function turn(round: number) {
  const broadcast = Math.floor(round / 2);
  return Array.from({ length: KEYS }, (_, key) => ({
    identifier: `${key}`,
    broadcastId: `${key}-${broadcast}`,
    direction: round % 2 === 0 ? ('online' as const) : ('offline' as const),
  }));
}

it('publishes everything once and in order, however often the flushing process is killed', async () => {
  for (let round = 0; round < 4; round += 1) {
    const flushing = await startFlushing();
    const heardBefore = outbox.heard.length;
    await outbox.record(turn(round));
    await eventually(() => expect(outbox.heard.length).toBeGreaterThan(heardBefore));
    flushing.kill('SIGKILL'); // in the middle of the events of this round
    await once(flushing, 'exit');
  }
  await outbox.flusher().flush('twitch', []);

  expect(new Set(await outbox.states())).toEqual(new Set(['published']));
  const logged = (await outbox.logged()).map(({ event }) => event);
  expect(sequences(logged)).toEqual(logged.map((_, i) => i + 1));
  const told = logged.flatMap((event) => event.Streams.map((stream) => ({ ...stream, on: event.IsOnline })));
  expect(told).toHaveLength(4 * KEYS);
  for (const ofKey of groupBy(told, (stream) => stream.ChannelId).values()) {
    expect(ofKey.map((stream) => `${stream.VideoId.split('-')[1]} ${stream.on}`)).toEqual([
      '0 true',
      '0 false',
      '1 true',
      '1 false',
    ]);
  }
  expect(await outbox.live()).toEqual([]);
}); // starts a process each round
