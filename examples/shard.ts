/**
 * A shard, without Discord: `node dist/examples/shard.js <redis url> <directory> <index> <total>`.
 * `<directory>/guilds.json` says what its guilds want; `<directory>/told.log` gets one line for each thing told to a guild.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  broadcastOf,
  createFollowPublisher,
  createStreamListener,
  type Follow,
  filePositionStore,
  groupByGuild,
  guildsOfShard,
  type StreamChange,
} from 'tallylight/client';

const [redisUrl = '', directory = '', index = '0', total = '1', workMs = '0'] = process.argv.slice(2);
const onProblem = (problem: Error): void => console.error(problem.message);

const wishes = JSON.parse(readFileSync(path.join(directory, 'guilds.json'), 'utf8')) as Follow[];
const own = new Set(
  guildsOfShard(new Set(wishes.map(({ guildId }) => guildId)), { index: Number(index), total: Number(total) }),
);

const publisher = createFollowPublisher({ redisUrl, directory, onProblem });
const listener = createStreamListener({
  redisUrl,
  positions: filePositionStore(path.join(directory, 'position.journal')),
  tellLiveAtFirst: true,
  checkMs: 2_000,
  onChange: tell,
  onProblem,
});

const toldFile = path.join(directory, 'told.log');
const told = openSync(toldFile, 'a');
const toldBefore = new Set(
  readFileSync(toldFile, 'utf8')
    .split('\n')
    .map((line) => line.split(' ').slice(0, 3).join(' ')),
);

/** A process that dies after telling and before its position is saved is told again: then nothing may happen twice. */
async function tell(change: StreamChange): Promise<void> {
  const lines = groupByGuild(change, followersOf).flatMap(({ guildId, change: news }) =>
    news.streams.map((stream) => `${guildId} ${news.direction} ${broadcastOf(stream)}`),
  );
  const fresh = lines.filter((line) => !toldBefore.has(line));
  if (fresh.length > 0) writeSync(told, fresh.map((line) => `${line} ${change.source}\n`).join(''));
  fsyncSync(told);
  for (const line of fresh) toldBefore.add(line);
  await sleep(Number(workMs));
}

function followersOf({ Platform, ChannelId }: StreamChange['streams'][number]): Follow['guildId'][] {
  return wishes
    .filter(({ guildId, platform, streamKey }) => own.has(guildId) && platform === Platform && streamKey === ChannelId)
    .map(({ guildId }) => guildId);
}

async function end(): Promise<void> {
  await Promise.all([listener.stop(), publisher.close()]);
  closeSync(told);
}

process.once('SIGTERM', () => void end());
process.once('SIGINT', () => void end());
await Promise.all([listener.start(), publisher.start()]);
for (const wish of wishes.filter(({ guildId }) => own.has(guildId))) {
  console.log(`${await publisher.follow(wish)} ${wish.platform}/${wish.streamKey} for ${wish.guildId}`);
}
console.log('ready');
