/**
 * A shard as a bot has it, with the position where the client keeps it: `node dist/soak/shard.js <redis url> <directory> <name>`.
 * Its stdin says what its guilds wish, an array of what is said together a line, one line after the other; what it is told
 * goes to a file in its directory, a line each.
 */
import { openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createFollowPublisher, createStreamListener, filePositionStore, type StreamChange } from 'tallylight/client';
import { takeLines } from '../chaos/take-lines.ts';
import type { Told } from './account.ts';
import { TOLD_FILE } from './stage/told-tail.ts';
import type { SaidTogether } from './stage/wishes.ts';

const [redisUrl = '', directory = '', shard = ''] = process.argv.slice(2);
const onProblem = (problem: Error): void => console.error(`${problem.message}: ${String(problem.cause ?? '')}`);

const told = openSync(path.join(directory, TOLD_FILE), 'a');
const publisher = createFollowPublisher({ redisUrl, directory, onProblem });
const listener = createStreamListener({
  redisUrl,
  positions: filePositionStore(path.join(directory, 'position.journal')),
  tellLiveAtFirst: true,
  onChange: (change) => void writeSync(told, `${JSON.stringify(toldBy(change))}\n`),
  onProblem,
});

function toldBy({ direction, platform, streams }: StreamChange): Told {
  const ids = streams.map((stream) => ({ id: stream.VideoId, key: stream.ChannelId }));
  return { shard, at: Date.now(), direction, platform, streams: ids };
}

async function wish(line: string): Promise<void> {
  const said = (JSON.parse(line) as SaidTogether).map(({ what, guild, platform, key }) => {
    const given = { guildId: guild, platform, streamKey: key };
    return what === 'follow' ? publisher.follow({ ...given, channelId: guild }) : publisher.unfollow(given);
  });
  await Promise.all(said);
}

await Promise.all([listener.start(), publisher.start()]);
takeLines(wish, onProblem);
