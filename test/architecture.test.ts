import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { PLATFORMS } from '../src/shared/domain/platform.ts';

interface Source {
  /** Relative to the repository, such as src/workers/poll.ts. */
  readonly file: string;
  readonly text: string;
  /** What it imports: files of the repository by their path, packages by their name. */
  readonly imports: readonly string[];
}

const ROOT = path.resolve(import.meta.dirname, '..');
const MOST_LINES = 250;
/** Programs: only these may read what they were started with, and end the process. */
const PROGRAMS = /^src\/(main\.ts|commands\/|embedded\/keeper\.ts$)/;

const sources = readSources('src');
const files = new Set(sources.map(({ file }) => file));

test('every import of a file is written as the file is named, and leads to one', () => {
  const inside = edges().filter(({ to }) => within(to, 'src/') && !within(to, 'src/generated/'));
  expect(inside.filter(({ to }) => !files.has(to))).toEqual([]);
});

test('http, producers and workers never import each other', () => {
  const siblings = ['src/http/', 'src/producers/', 'src/workers/'];
  const crossing = edges().filter(({ from, to }) => {
    const [own, other] = [from, to].map((file) => siblings.find((sibling) => file.startsWith(sibling)));
    return own !== undefined && other !== undefined && own !== other;
  });
  expect(crossing).toEqual([]);
});

test('shared imports nothing of what is built on it', () => {
  expect(leaving('src/shared/', ['src/shared/', 'src/generated/'])).toEqual([]);
});

test('the domain imports nothing but itself', () => {
  expect(
    edges().filter(({ from, to }) => within(from, 'src/shared/domain/') && !within(to, 'src/shared/domain/')),
  ).toEqual([]);
});

test('the platforms know nothing of each other', () => {
  const platform = new RegExp(`^src/shared/platforms/(${PLATFORMS.join('|')})/`);
  const crossing = edges().filter(({ from, to }) => {
    const [own, other] = [platform.exec(from)?.[1], platform.exec(to)?.[1]];
    return own !== undefined && other !== undefined && own !== other;
  });
  expect(crossing).toEqual([]);
});

test('the embedded servers stand alone', () => {
  expect(leaving('src/embedded/', ['src/embedded/'])).toEqual([]);
});

test('the client for shards stands on the contracts, the domain and the way to Redis alone', () => {
  const ground = ['src/shared/contracts/', 'src/shared/domain/', 'src/shared/redis/'];
  expect(leaving('src/client/', ['src/client/', ...ground])).toEqual([]);
  expect(leaving('src/shared/redis/', ['src/shared/redis/'])).toEqual([]);
});

test('only a program reads its environment and its arguments, and ends the process', () => {
  const offenders = sources.filter(
    ({ file, text }) => !PROGRAMS.test(file) && /\bprocess\.(env|argv|exit)\b/.test(text),
  );
  expect(offenders.map(({ file }) => file)).toEqual([]);
});

test('only a command or the wiring sees producers, workers and http together', () => {
  const sides = ['src/http/', 'src/producers/', 'src/workers/'];
  const seeing = sources.filter(
    ({ imports }) => sides.filter((side) => imports.some((to) => within(to, side))).length > 1,
  );
  const outside = seeing.filter(({ file }) => !/^src\/(roles\.ts|wiring\/|commands\/)/.test(file));
  expect(outside.map(({ file }) => file)).toEqual([]);
});

test('nothing but the demo and the commands needs the simulator, and nothing needs bench or tests', () => {
  const allowed = ({ from, to }: { from: string; to: string }): boolean =>
    within(to, 'simulator/') && (within(from, 'src/demo/') || within(from, 'src/commands/'));
  expect(leaving('src/', ['src/']).filter((edge) => !allowed(edge))).toEqual([]);
});

test('no file imports itself, by whatever detour', () => {
  expect(cycle()).toEqual([]);
});

test(`no file has more than ${MOST_LINES} lines`, () => {
  const long = sources.filter(({ text }) => text.split('\n').length > MOST_LINES + 1);
  expect(long.map(({ file }) => file)).toEqual([]);
});

test('the words that mean everything and nothing name no file', () => {
  const vague = /(^|[/-])(utils?|helpers?|common|manager|misc|crawler|spider|tracker|monitor|handler2)([/.-]|$)/;
  expect(sources.map(({ file }) => file).filter((file) => vague.test(file))).toEqual([]);
});

function readSources(dir: string): Source[] {
  const entries = readdirSync(path.join(ROOT, dir), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !file.startsWith('src/generated/'))
    .map((file) => {
      const text = readFileSync(path.join(ROOT, file), 'utf8');
      return { file, text, imports: importsOf(file, text) };
    });
}

function importsOf(file: string, text: string): string[] {
  const statements = text.matchAll(/^(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [...statements, ...dynamic].map((match) => {
    const target = match[1] ?? match[2] ?? '';
    return target.startsWith('.') ? path.posix.join(path.posix.dirname(file), target) : target;
  });
}

function edges(): { from: string; to: string }[] {
  return sources.flatMap(({ file, imports }) => imports.map((to) => ({ from: file, to })));
}

/** Imports from a directory to files of this repository that are in none of the allowed ones. */
function leaving(from: string, allowed: readonly string[]): { from: string; to: string }[] {
  return edges().filter(
    (edge) => within(edge.from, from) && isFile(edge.to) && !allowed.some((dir) => within(edge.to, dir)),
  );
}

function within(file: string, dir: string): boolean {
  return file.startsWith(dir);
}

function isFile(to: string): boolean {
  return /^(src|simulator|bench|chaos|soak|test|scripts|prisma)\//.test(to);
}

/** The files of one import cycle in their order; empty when there is none. */
function cycle(): string[] {
  const targets = new Map(sources.map(({ file, imports }) => [file, imports.filter((to) => files.has(to))]));
  const finished = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (finished.has(file)) return [];
    for (const to of targets.get(file) ?? []) {
      const found = visit(to, [...trail, file]);
      if (found.length > 0) return found;
    }
    finished.add(file);
    return [];
  };
  for (const { file } of sources) {
    const found = visit(file, []);
    if (found.length > 0) return found;
  }
  return [];
}
