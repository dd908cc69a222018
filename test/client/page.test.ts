import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import * as client from '../../src/client/index.ts';

const read = (file: string): Promise<string> => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

it('docs/client.md names everything that the package exports, and every option', async () => {
  const page = await read('docs/client.md');
  expect(Object.keys(client).filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  const sources = await Promise.all(
    ['follow-publisher', 'stream-listener', 'teller'].map((name) => read(`src/client/${name}.ts`)),
  );
  const options = sources.flatMap((text) => [...text.matchAll(/^ {2,4}readonly (\w+)\??:/gm)].map((match) => match[1]));
  expect(options).toContain('tellLiveAtFirst');
  const inner = new Set(['said', 'signal']);
  expect(options.filter((name) => !inner.has(name ?? '') && !page.includes(`\`${name}\``))).toEqual([]);
});

it('the package leads to what is built, by its own name', async () => {
  const built = JSON.parse(await read('package.json')) as {
    exports: Record<string, { types: string; default: string }>;
  };
  const { types, default: code } = built.exports['./client'] ?? { types: '', default: '' };
  expect([await read(types), await read(code)].map((text) => text.includes('createStreamListener'))).toEqual([
    true,
    true,
  ]);
});
