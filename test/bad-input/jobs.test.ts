import fc from 'fast-check';
import { expect } from 'vitest';
import { changeJob } from '../../src/shared/queues/change-queue.ts';
import { foundBy, pollJob } from '../../src/shared/queues/poll-queues.ts';
import { mutantsOf } from './arbitraries/mutants.ts';
import { NASTY_TEXTS } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';

const POLL = '{"identifier":"44445555","reason":"push","says":"online","looks":1}';
const CHANGE = '{"id":"9223372036854775807","platform":"twitch","lane":"urgent"}';

/** What lies in Redis as the data of a job: anybody with a board, or a version of yesterday, may have written it. */
testBorder<string>({
  name: 'data of jobs',
  inputs: fc.oneof(mutantsOf(POLL), mutantsOf(CHANGE)).filter(isJson),
  corpus: [
    ...NASTY_TEXTS.map((text) => JSON.stringify({ identifier: text })),
    ...NASTY_TEXTS.map((text) => JSON.stringify({ id: text, platform: 'twitch', lane: 'normal' })),
  ],
  take(json) {
    const data: unknown = JSON.parse(json);
    const [poll, change] = [pollJob.safeParse(data), changeJob.safeParse(data)];
    // A text column takes it, and it is no longer than any key.
    if (poll.success) {
      expect(poll.data.identifier).toMatch(/^[^\p{C}\s]{1,128}$/u);
      expect(['poll', 'plan', 'push', 'hint']).toContain(foundBy(poll.data));
    }
    // A bigint column takes it: one that does not would spoil the question for all that wait with it.
    if (change.success) expect(BigInt(change.data.id) > 0n && BigInt(change.data.id) < 2n ** 63n).toBe(true);
    return poll.success || change.success ? 'accepted' : 'not a job';
  },
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
