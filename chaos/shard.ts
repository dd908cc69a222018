/**
 * A shard that writes down what it is told: `node dist/chaos/shard.js <redis url> <directory> <name>`. Its stdin says what
 * its guilds wish, a JSON object a line; its stdout tells entries of the history, a line each.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createFollowPublisher, createStreamListener, filePositionStore, type StreamChange } from 'tallylight/client';
import type { Told, Wish } from './checker/entry.ts';

const [redisUrl = '', directory = '', shard = ''] = process.argv.slice(2);
const onProblem = (problem: Error): void => console.error(`${problem.message}: ${String(problem.cause ?? '')}`);

const publisher = createFollowPublisher({ redisUrl, directory, onProblem });
const listener = createStreamListener({
  redisUrl,
  positions: filePositionStore(path.join(directory, 'position.journal')),
  tellLiveAtFirst: true,
  checkMs: 2_000,
  onChange: (change) => write(toldBy(change)),
  onProblem,
});

function toldBy({ direction, platform, eventId, source, streams }: StreamChange): Told {
  const timeOf = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text));
  return {
    ...{ what: 'told', shard, at: Date.now(), source, direction, platform, eventId },
    streams: streams.map((stream) => ({
      id: stream.VideoId,
      key: stream.ChannelId,
      happenedAt: timeOf(direction === 'online' ? stream.ActualStartTime : stream.EndTime),
    })),
  };
}

function write(entry: Told | Wish): void {
  console.log(JSON.stringify(entry));
}

async function wish(line: string): Promise<void> {
  const said = JSON.parse(line) as Pick<Wish, 'what' | 'guild' | 'platform' | 'key'>;
  write({ ...said, at: Date.now() });
  const given = { guildId: said.guild, platform: said.platform as StreamChange['platform'], streamKey: said.key };
  await (said.what === 'follow' ? publisher.follow({ ...given, channelId: said.guild }) : publisher.unfollow(given));
}

await Promise.all([listener.start(), publisher.start()]);
createInterface({ input: process.stdin })
  .on('line', (line) => void wish(line).catch(onProblem))
  .on('close', () => process.exit(0)); // whoever started us is gone
console.log('ready');
