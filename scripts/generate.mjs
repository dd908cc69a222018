// Generates the typed database client. Needs no network and no database: `prisma generate` never starts the schema
// engine, so naming a harmless program in its place stops the CLI from trying to download one.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

let cli;
try {
  cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
} catch {
  process.exit(0); // a production install: the client was generated and compiled when the package was built
}
const env = {
  ...process.env,
  PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
};
const run = spawnSync(process.execPath, [cli, 'generate'], { env, encoding: 'utf8' });
if (run.status !== 0) {
  process.stderr.write(`${run.stdout}${run.stderr}`);
  process.exit(run.status ?? 1);
}
