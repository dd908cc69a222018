import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { supervise } from '../../chaos/process.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-supervised-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

it('is ready once it said so, even if it had to be started again for it', async () => {
  const script = path.join(directory, 'second-time.mjs');
  const mark = JSON.stringify(path.join(directory, 'mark'));
  const lines = [
    `import { existsSync, writeFileSync } from 'node:fs';`,
    `if (!existsSync(${mark})) { writeFileSync(${mark}, ''); process.exit(1); }`,
    `console.log('ready');`,
    `setInterval(() => undefined, 60_000);`,
  ];
  await writeFile(script, lines.join('\n'));
  const supervised = supervise({ name: 'one', args: [script], env: {}, log: path.join(directory, 'log') });
  await supervised.ready();
  expect(supervised.crashes()).toBe(1);
  await supervised.end();
});
