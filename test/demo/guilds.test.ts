import { describe, expect, it } from 'vitest';
import { createRandom } from '../../simulator/random.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { followMessage, unfollowMessage } from '../../src/demo/follow-message.ts';
import { castOf, makeGuilds, shardOf } from '../../src/demo/guilds.ts';
import { readFollowEvents } from '../../src/shared/contracts/follow-events.ts';
import { parseJson } from '../../src/shared/contracts/json.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { readKey } from '../../src/shared/platforms/key.ts';

const guilds = makeGuilds(createRandom('guilds'), 3, 4);

describe('guilds of the demo', () => {
  it('are spread over the shards by Discord’s rule', () => {
    expect(shardOf(81384788765712384n, 2)).toBe(Number((81384788765712384n / 4194304n) % 2n));
    expect(guilds.map(({ id }) => shardOf(id, 3))).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it('have ids that a JavaScript number would corrupt', () => {
    for (const { id, channelId, userId } of guilds) {
      for (const snowflake of [id, channelId, userId]) expect(BigInt(Number(snowflake))).not.toBe(snowflake);
    }
  });

  it('follow everybody, and the one who is left later from two shards', async () => {
    const sim = await startSimulator();
    const streamers = [1, 2, 3, 4].map(() => sim.world.addStreamer({ platform: 'twitch' }));
    await sim.stop();
    const [leaving] = streamers.slice(-1);
    if (!leaving) throw new Error('no streamer was made');
    const cast = castOf(streamers, guilds, leaving);
    expect(cast.every(({ guilds: followers }) => followers.length > 0)).toBe(true);
    const shards = cast.at(-1)?.guilds.map(({ id }) => shardOf(id, 3)) ?? [];
    expect(new Set(shards).size).toBe(2);
  });
});

describe('follow messages of the demo', () => {
  it.each(PLATFORMS)('are read to the last digit, and name one key on %s', async (platform) => {
    const sim = await startSimulator();
    const streamer = sim.world.addStreamer({ platform });
    await sim.stop();
    const [guild] = guilds;
    if (!guild) throw new Error('no guild was made');
    const saying = { streamer, guild, at: new Date('2026-09-26T10:00:43.156Z') };
    const follow = followMessage(saying);
    expect(follow).toContain(`"guild_id":${guild.id},`);
    for (const [action, text] of [['follow', follow] as const, ['unfollow', unfollowMessage(saying)] as const]) {
      const [read] = readFollowEvents(action, parseJson(Buffer.from(text)));
      if (read?.kind !== 'event') throw new Error(`${text} was refused`);
      expect(read.event).toMatchObject({ guildId: String(guild.id), saidAt: '2026-09-26T10:00:43.156488Z' });
      const { streamKey, platformData } = read.event;
      expect(readKey(platform, streamKey, platformData)).toMatchObject({
        kind: 'key',
        key: { platform, identifier: streamer.identifier },
      });
    }
  });
});
