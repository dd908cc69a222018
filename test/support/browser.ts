import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { unpackPackages } from '../../src/embedded/debian-packages.ts';
import { fileExists } from '../../src/embedded/file-exists.ts';
import { programOnPath, succeeds } from '../../src/embedded/run-program.ts';

/** A Chromium and what its environment needs. */
export interface BrowserProgram {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chromium-headless-shell'];
const UNPACKED = path.resolve(import.meta.dirname, '..', '..', '.tallylight', 'chromium-package');
const START_MS = 120_000;
const FLAGS = [
  '--no-sandbox', // tests run as root in containers, where it has no sandbox
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The Chromium of this system; where there is none, Debian's package of it, unpacked once into the clone. For the test
 * files that need one: unpacking takes half a minute.
 * @throws a sentence that says what to install where there is none to be had
 */
export async function findBrowser({ installed = true, unpackInto = UNPACKED } = {}): Promise<BrowserProgram> {
  const found = (installed ? await onPath() : null) ?? (await unpacked(unpackInto));
  if (found) return found;
  await mkdir(path.dirname(unpackInto), { recursive: true });
  await unpackPackages({ packages: ['chromium-headless-shell'], into: unpackInto });
  const program = await unpacked(unpackInto);
  if (program) return program;
  throw new Error(`the Chromium unpacked in ${unpackInto} does not run: run "apt-get install chromium"`);
}

/** Starts it without a window, with a profile of its own that goes with it. It reaches nothing but what it is sent to. */
export async function startBrowser(program?: BrowserProgram): Promise<Browser> {
  const found = program ?? (await findBrowser());
  return chromium.launch({
    executablePath: found.command,
    args: FLAGS,
    env: environmentOf(found),
    timeout: START_MS,
  });
}

async function onPath(): Promise<BrowserProgram | null> {
  for (const name of NAMES) {
    const command = await programOnPath(name);
    if (command && (await runs({ command, env: {} }))) return { command, env: {} };
  }
  return null;
}

async function unpacked(root: string): Promise<BrowserProgram | null> {
  const command = path.join(root, 'usr', 'lib', 'chromium', 'chromium-headless-shell');
  if (!(await fileExists(command))) return null;
  const LD_LIBRARY_PATH = (await libraryDirectories(root)).join(':');
  const program = { command, env: { LD_LIBRARY_PATH, FONTCONFIG_FILE: await configureFonts(root) } };
  return (await runs(program)) ? program : null;
}

/** Some of its libraries keep theirs in directories of their own, which an installed one knows by its absolute path. */
async function libraryDirectories(root: string): Promise<string[]> {
  const files = await readdir(root, { recursive: true });
  const directories = files.filter((file) => /\.so(\.\d+)*$/.test(file)).map((file) => path.dirname(file));
  return [...new Set(directories)].sort().map((directory) => path.join(root, directory));
}

/** Without fonts text has no width, and nothing that consists of text can be seen or clicked. */
async function configureFonts(root: string): Promise<string> {
  const file = path.join(root, 'fonts.conf');
  const directories = [path.join(root, 'usr', 'share', 'fonts'), '/usr/share/fonts'].map((dir) => `<dir>${dir}</dir>`);
  const cache = `<cachedir>${path.join(root, 'fonts-cache')}</cachedir>`;
  await writeFile(file, `<?xml version="1.0"?><fontconfig>${directories.join('')}${cache}</fontconfig>`);
  return file;
}

/** Whether it starts at all: its libraries are there, and it is for this machine. */
function runs(program: BrowserProgram): Promise<boolean> {
  return succeeds({ command: program.command, args: ['--version'], env: environmentOf(program) });
}

/** Nothing else of ours: no proxy, no display. */
function environmentOf({ env }: BrowserProgram): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', ...env };
}
