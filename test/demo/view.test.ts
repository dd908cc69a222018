import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { fitted } from '../../src/demo/line.ts';
import { createStory } from '../../src/demo/story.ts';
import { createPlainView, createTerminalView } from '../../src/demo/view.ts';
import { createWords } from '../../src/demo/words.ts';

const places = { web: 'http://127.0.0.1:1', simulator: 'http://127.0.0.1:2', logs: 'logs' };
const STREAMER = {
  platform: 'twitch' as const,
  identifier: '123',
  userId: '123',
  login: 'nona12',
  name: 'nona12',
  createdAt: new Date(0),
  exists: true,
};
const GUILD = { id: 9007199254740993n, channelId: 1n, userId: 2n };

function stage() {
  const story = createStory();
  const parts = { colors: pc.createColors(false), shards: 3, forMs: 60_000, now: () => new Date(20_000) };
  return { story, words: createWords({ story, places, ...parts }) };
}

function goesLive(story: ReturnType<typeof createStory>): void {
  const truth = { platform: 'twitch' as const, identifier: '123', id: 'A', continues: null };
  story.learn({ ...truth, kind: 'online', at: new Date(10_000) });
}

const online = {
  platform: 'twitch' as const,
  identifier: '123',
  broadcastId: 'A',
  direction: 'online' as const,
  happenedAt: new Date(10_000),
  heardAt: new Date(12_500),
  eventId: 'e',
  epoch: 'one',
  sequence: 1,
};

describe('the view of the demo', () => {
  it('shows who is live before and after the shards have heard of it, and who is left', () => {
    const { story, words } = stage();
    const shown = () => words.block().map((line) => fitted(line, 200));
    story.follow(STREAMER, GUILD, new Date(5_000));
    expect(shown()).toContainEqual(expect.stringContaining('· nona12'));
    goesLive(story);
    expect(shown()).toContainEqual(expect.stringContaining('◌ nona12'));
    const [told] = story.hear([online]);
    expect(told && words.event(told)).toMatch(/online +twitch +nona12 +2\.5 s after its start/);
    expect(shown()).toContainEqual(expect.stringContaining('● nona12'));
    story.unfollow(STREAMER, GUILD, new Date(15_000));
    story.count({ youtube: 0, twitch: 7, twitter: 0, twitcasting: 0 }, 0);
    expect(shown()).toContainEqual(expect.stringMatching(/twitch +7 requests.*× nona12/));
    expect(shown()).toContainEqual('nobody follows twitch/123 (nona12) since 5 s: 0 requests for it since');
  });

  it('counts the delay of what was live already from its follow, and of an end from the end', () => {
    const { story } = stage();
    goesLive(story);
    story.follow(STREAMER, GUILD, new Date(11_000));
    expect(story.hear([online])[0]?.delay).toEqual({ ms: 1_500, since: 'follow' });
    const truth = { platform: 'twitch' as const, identifier: '123', continues: null };
    story.learn({ ...truth, kind: 'offline', id: 'A', at: new Date(30_000) });
    story.learn({ ...truth, kind: 'online', id: 'B', continues: 'A', at: new Date(32_000) });
    expect(story.standing(STREAMER)).toBe('told');
    story.learn({ ...truth, kind: 'offline', id: 'B', at: new Date(40_000) });
    const end = { ...online, direction: 'offline' as const, heardAt: new Date(41_000) };
    expect(story.hear([end])[0]?.delay).toEqual({ ms: 1_000, since: 'end' });
  });

  it('is redrawn in place on a terminal, below the events, without a line that would wrap', () => {
    const { story, words } = stage();
    for (let i = 0; i < 30; i += 1) story.follow({ ...STREAMER, identifier: `${i}` }, GUILD, new Date());
    const written: string[] = [];
    const view = createTerminalView({ columns: 40, rows: 24, write: (text) => written.push(text) }, words);
    view.tick();
    view.say('an event');
    const lines = (written[0] ?? '').split('\n').length - 1;
    expect(written[0]?.split('\n').every((line) => line.length < 40)).toBe(true);
    expect(written[1]?.startsWith(`\x1b[${lines}A\r\x1b[Jan event\n`)).toBe(true);
    expect(written.join('')).not.toContain('\x1b[?25l');
  });

  it('is lines elsewhere, without a control character', () => {
    const { story, words } = stage();
    const written: string[] = [];
    const view = createPlainView((line) => written.push(line), words);
    const [told] = story.hear([{ ...online, identifier: 'evil\x1b[2J' }]);
    view.say(told ? words.event(told) : '');
    view.say(words.glance());
    expect(written.join('')).toContain('3 shards heard 1 online');
    expect(written.join('')).not.toMatch(/\p{Cc}/u);
  });
});
