// Compiles the sources to dist/. Does nothing when nothing changed since; two builds at once take turns.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateClients, staleClients } from './generate.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.built');
const SOURCES = ['src', 'simulator', 'bench', 'chaos', 'soak', 'examples'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'scripts/build.mjs'];

/**
 * @param {{ tolerant?: boolean, onStart?: () => void }} [options] tolerant: a type error is printed but the emitted
 *   program is used, as one wants while working on it; onStart: there is something to do
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function build({ tolerant = false, onStart = () => undefined } = {}) {
  if (isFresh()) return false;
  const release = await takeTurn();
  try {
    if (isFresh()) return false;
    onStart();
    compile(tolerant);
    return true;
  } finally {
    release();
  }
}

function compile(tolerant) {
  const began = new Date();
  mkdirSync(dist, { recursive: true });
  removeOrphans();
  generateClients(staleClients());
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) {
    const faults = `${run.stdout}${run.stderr}`.trim() || String(run.error ?? run.signal);
    if (!tolerant) throw new Error(`the sources do not compile:\n${faults}`);
    process.stderr.write(`the sources do not compile, going on with what was emitted:\n${faults}\n`);
  }
  for (const file of files(path.join(root, 'src')).filter((name) => name.endsWith('.lua'))) copy(file);
  if (run.status === 0) writeFileSync(stamp, began.toISOString());
}

/** Whether every source is older than the last build. A removed source shows in the time of its directory. */
function isFresh() {
  if (!existsSync(stamp)) return false;
  const built = Date.parse(readFileSync(stamp, 'utf8'));
  const inputs = [...SOURCES.flatMap((dir) => files(path.join(root, dir), true)), ...SETTINGS.map(inRoot)];
  return inputs.every((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs < built);
}

/** What was built from a source that is gone would still be imported. */
function removeOrphans() {
  for (const file of files(dist)) {
    const source = path.join(root, path.relative(dist, file)).replace(/(\.d\.ts|\.js\.map|\.js)$/, '');
    if (file !== stamp && !existsSync(`${source}.ts`) && !existsSync(source)) rmSync(file, { force: true });
  }
}

function copy(file) {
  const target = path.join(dist, path.relative(root, file));
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(file));
}

function files(dir, withDirectories = false) {
  if (!existsSync(dir)) return [];
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const wanted = entries.filter((entry) => withDirectories || entry.isFile());
  return wanted.map((entry) => path.join(entry.parentPath, entry.name));
}

function inRoot(name) {
  return path.join(root, name);
}

async function takeTurn() {
  const lock = path.join(root, 'node_modules', '.tallylight-build');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAbandoned(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH' && Date.now() - statSync(lock).mtimeMs > 1_000;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
