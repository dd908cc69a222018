import path from 'node:path';
import { expect, it } from 'vitest';
import { spawnNode } from '../support/processes.ts';

const SOAK = path.join('dist', 'soak', 'main.js');

it('says what it does, with examples', async () => {
  const help = spawnNode([SOAK, '--help']);
  expect(await help.exited).toBe(0);
  expect(help.stdout()).toMatch(/--minutes[\s\S]*--storm[\s\S]*Examples:[\s\S]*Exit codes/);
});

it.each([
  [['--minutes', '0'], /expected a number above 0/],
  [['--keys', '1.5'], /expected a whole number from 1/],
  [['--hours', '3'], /unknown option '--hours'/],
])('refuses %s and says what it expects', async (args, message) => {
  const wrong = spawnNode([SOAK, ...args]);
  expect(await wrong.exited).toBe(2);
  expect(wrong.stderr()).toMatch(message);
});
