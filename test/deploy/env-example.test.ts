import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { envExample } from '../../scripts/env-example.mjs';
import { loadConfig } from '../../src/shared/config/config.ts';
import { VARIABLES } from '../../src/shared/config/variables.ts';

const text = await readFile(path.join(import.meta.dirname, '..', '..', '.env.example'), 'utf8');

test('.env.example is what the table of variables says; "npm run env-example" writes it', () => {
  expect(text).toBe(envExample(VARIABLES));
});

test('.env.example names every variable once', () => {
  const named = [...text.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.sort()).toEqual(Object.keys(VARIABLES).sort());
});

test('the defaults that .env.example shows are those in force without it', () => {
  const shown = [...text.matchAll(/^# ([A-Z][A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]);
  expect(loadConfig(Object.fromEntries(shown))).toEqual(loadConfig({}));
});

test('a copy that nobody filled in says the same as no settings', () => {
  const copied = [...text.matchAll(/^([A-Z][A-Z_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]);
  expect(loadConfig(Object.fromEntries(copied))).toEqual(loadConfig({}));
});
