import { expect, it } from 'vitest';
import { createCarryOut } from '../../src/producers/carry-out.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';

const CATEGORY: StreamKey = { platform: 'youtube', identifier: 'holo' };
const CHANNEL: StreamKey = { platform: 'youtube', identifier: 'UC81tUN0Ljo_kr7CYSgcNPXQ' };

function setup() {
  const state = { imports: 0, away: false };
  const carryOut = createCarryOut({
    align: async () => [],
    requestPolls: async () => undefined,
    pushSoon: async () => undefined,
    importSoon: async () => {
      if (state.away) throw new Error('Redis is away');
      state.imports += 1;
    },
  });
  return { state, carryOut };
}

it('lets a category be looked up when the first guild follows it, and nothing else', async () => {
  const { state, carryOut } = setup();
  await carryOut({ started: [CHANNEL], stopped: [] });
  await carryOut({ started: [], stopped: [CATEGORY] });
  expect(state.imports).toBe(0);
  await carryOut({ started: [CHANNEL, CATEGORY], stopped: [] });
  expect(state.imports).toBe(1);
  await carryOut({ started: [CHANNEL], stopped: [] });
  expect(state.imports).toBe(1);
});

it('asks for it again as long as it could not', async () => {
  const { state, carryOut } = setup();
  state.away = true;
  await expect(carryOut({ started: [CATEGORY], stopped: [] })).rejects.toThrow('away');
  state.away = false;
  await carryOut({ started: [], stopped: [] });
  expect(state.imports).toBe(1);
});
