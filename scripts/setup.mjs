// Makes a clone ready to run: checks Node, installs the packages, generates the database clients, compiles.
// Plain Node without dependencies, since it runs before there are any. Quick when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const LEAST_NODE = [20, 19];

try {
  checkNode();
  installPackages();
  await generate();
  await compile();
} catch (error) {
  process.stderr.write(`tallylight: ${error.message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new Error(
    `this is Node ${process.versions.node}, but Tallylight needs Node ${LEAST_NODE.join('.')} or later: see https://nodejs.org`,
  );
}

function installPackages() {
  if (isInstalled()) return;
  step('installing packages');
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** npm writes down what it installed when it is done, so this is missing or old after an install that was broken off. */
function isInstalled() {
  const written = modified('node_modules/.package-lock.json');
  if (written === undefined) return false;
  if (written > modified('package-lock.json')) return true;
  const installed = packagesOf('node_modules/.package-lock.json');
  const wanted = Object.entries(packagesOf('package-lock.json')).filter(([place]) => place !== '');
  // Optional packages of other systems are in the lock file but never installed.
  return wanted.every(([place, { version, optional }]) =>
    installed[place] ? installed[place].version === version : optional,
  );
}

function packagesOf(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
}

async function generate() {
  const { generateClients, staleClients } = await import('./generate.mjs');
  const stale = staleClients();
  if (stale.length === 0) return;
  step('generating the database clients');
  generateClients(stale);
}

async function compile() {
  const { build } = await import('./build.mjs');
  await build({ onStart: () => step('compiling') });
}

/** The time of a file's last change; undefined when there is none. */
function modified(file) {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs;
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status === 0) return;
  const how = done.error ? done.error.message : `exit code ${done.status ?? done.signal}`;
  throw new Error(`"${path.basename(command)} ${args.join(' ')}" failed in ${root} (${how})`);
}

function step(what) {
  process.stderr.write(`tallylight: ${what} …\n`);
}
