/**
 * A shard that keeps what it is told in its directory: `node dist/chaos/shard.js <redis url> <directory> <name>`. Its stdin
 * says what its guilds wish, a JSON object a line, one after the other; its stdout says which of them it has taken.
 */
import { createFollowPublisher, createStreamListener, type StreamChange } from 'tallylight/client';
import type { Told } from './checker/entry.ts';
import { takeLines } from './take-lines.ts';
import { openToldFile } from './told-file.ts';
import type { SaidWish } from './wishes.ts';

const [redisUrl = '', directory = '', shard = ''] = process.argv.slice(2);
const onProblem = (problem: Error): void => console.error(`${problem.message}: ${String(problem.cause ?? '')}`);

const told = openToldFile(directory);
const publisher = createFollowPublisher({ redisUrl, directory, onProblem });
const listener = createStreamListener({
  redisUrl,
  positions: told.positions,
  tellLiveAtFirst: true,
  checkMs: 2_000,
  // What is followed again is found by comparing only; by default that is once an hour, longer than most runs.
  compareMs: 10_000,
  onChange: (change, next) => told.keep(JSON.stringify(toldBy(change)), next),
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

/** Taken once the client has it: from then on not even `kill -9` takes it away. */
async function wish(line: string): Promise<void> {
  const { number, what, guild, platform, key } = JSON.parse(line) as SaidWish;
  const given = { guildId: guild, platform: platform as StreamChange['platform'], streamKey: key };
  await (what === 'follow' ? publisher.follow({ ...given, channelId: guild }) : publisher.unfollow(given));
  console.log(JSON.stringify({ taken: number }));
}

await Promise.all([listener.start(), publisher.start()]);
takeLines(wish, onProblem);
