import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HINT_CHANNELS, readHintMessage } from '../../src/shared/contracts/hint-messages.ts';
import { RECORD_CHANNELS } from '../../src/shared/contracts/recorder-channels.ts';

const fileOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const doc = fileOf('../../docs/events.md');
const golden = JSON.parse(fileOf('golden/neighbours.golden.json')) as Record<string, string[]>;

const VIDEO = 'dQw4w9WgXcQ';
const CHANNEL = { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' };
const SOMEONE = { platform: 'twitch', identifier: '44445555' };

/** What each message means to us, in the order of the golden file. */
const MEANING: Record<string, object[]> = {
  'youtube.startstream': [
    { broadcastId: VIDEO, recorder: 'startstream', membersOnly: false },
    { broadcastId: VIDEO, recorder: 'startstream', membersOnly: true },
    { broadcastId: VIDEO, recorder: 'startstream', membersOnly: false },
    { broadcastId: VIDEO, recorder: 'startstream', membersOnly: false },
  ],
  'youtube.endstream': [{ broadcastId: VIDEO, recorder: 'endstream' }],
  'youtube.memberonly': [{ broadcastId: VIDEO, recorder: 'memberonly', membersOnly: true }],
  'youtube.unarchived': [{ broadcastId: VIDEO, recorder: 'unarchived' }],
  'youtube.deletestream': [{ broadcastId: VIDEO, recorder: 'deletestream' }],
  'youtube.addstream': [{ broadcastId: VIDEO }, { broadcastId: VIDEO }, { broadcastId: VIDEO }],
  'youtube.pubsub.CreateOrUpdate': [{ broadcastId: VIDEO, channel: CHANNEL, recorder: null }],
  'youtube.pubsub.Deleted': [{ broadcastId: VIDEO, channel: null }],
  'youtube.pubsub.NeedRegister': [{ channel: CHANNEL, resubscribe: true }],
  'twitch:stream_offline': [{ channel: SOMEONE, resubscribe: false }],
  'twitch:channel_update': [{ channel: SOMEONE }],
  'twitcasting.pubsub.startlive': [
    { channel: { platform: 'twitcasting', identifier: 'someone_live' }, broadcastId: '189037369' },
  ],
};

describe('the golden messages of the recorder and the backend', () => {
  it('are there for every channel that we read or write', () => {
    const written = Object.values(RECORD_CHANNELS).filter((channel) => channel !== null);
    expect(Object.keys(golden).sort()).toEqual([...written, ...HINT_CHANNELS].sort());
  });

  it.each(Object.entries(MEANING))('on %s are read as what they mean', (channel, meanings) => {
    const read = (golden[channel] ?? []).map((message) => readHintMessage(channel, Buffer.from(message)));
    expect(read).toMatchObject(meanings.map((word) => ({ kind: 'word', word })));
  });

  it('are what docs/events.md shows, to the letter', () => {
    for (const [channel, messages] of Object.entries(golden)) {
      const kind = messages.every((message) => message.startsWith('{')) ? 'json' : 'text';
      expect(doc).toContain(`<!-- ${channel} -->\n\`\`\`${kind}\n${messages.join('\n')}\n\`\`\`\n`);
    }
  });
});
