import { expect, it } from 'vitest';
import { settle } from '../../soak/stage/settle.ts';

/** Hears one thing more at every look, up to so many. */
function slowAccount(most: number, due: number) {
  let heard = 0;
  const tally = () => {
    heard = Math.min(most, heard + 1);
    return { due, heard };
  };
  return { account: { tally } as unknown as Parameters<typeof settle>[0]['account'] };
}

it('waits on while anything is still heard, however long it takes in all', async () => {
  expect(await settle(slowAccount(4, 4), 0)).toEqual({ due: 4, heard: 4 });
});

it('waits no longer when nothing is heard any more', async () => {
  expect(await settle(slowAccount(3, 4), 0)).toEqual({ due: 4, heard: 3 });
});
