// Generates the typed database clients. Needs no network and no database: `prisma generate` never starts the schema
// engine, so naming a harmless program in its place stops the CLI from trying to download one.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** Our own tables, and the bot's. Each has its client in src/generated under the same name. */
const SCHEMAS = ['tracking', 'notices'];

/** The schemas that are newer than their client. */
export function staleClients() {
  return SCHEMAS.filter((name) => {
    const generated = modified(`src/generated/${name}/client.ts`);
    const newest = Math.max(modified(schemaOf(name)), modified('prisma.config.ts'));
    return generated === undefined || generated < newest;
  });
}

/** @param {string[]} names @throws what the generator complained of */
export function generateClients(names = SCHEMAS) {
  const cli = findCli();
  if (!cli) return; // a production install: the clients were generated and compiled when the package was built
  for (const name of names) generate(cli, name);
}

function findCli() {
  try {
    return createRequire(import.meta.url).resolve('prisma/build/index.js');
  } catch {
    return null;
  }
}

function generate(cli, name) {
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  };
  const args = [cli, 'generate', '--schema', schemaOf(name)];
  const run = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the database client "${name}" cannot be made:\n${run.stdout}${run.stderr}`);
}

function schemaOf(name) {
  return `prisma/${name}/schema.prisma`;
}

/** The time of a file's last change; undefined when there is none. */
function modified(file) {
  return statSync(path.join(root, file), { throwIfNoEntry: false })?.mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    generateClients();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
