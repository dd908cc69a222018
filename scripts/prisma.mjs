// The Prisma command line, for people who change the schema: `npm run prisma -- migrate dev --name more_columns`.
// Its native schema engine is downloaded from the network; here one from npm takes its place, so that a closed network
// does. Without DATABASE_URL a Postgres of its own is started for the time being.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js');
const servers = process.env.DATABASE_URL ? null : await startServers();
const child = spawn(process.execPath, [cli, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: path.join(here, 'schema-engine.mjs'),
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
    ...(servers ? { DATABASE_URL: servers.databaseUrl } : {}),
  },
});
// A Ctrl-C reaches the child too; we stay to end the servers.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
child.once('exit', async (code) => {
  await servers?.release();
  process.exit(code ?? 1);
});

/** A directory of its own: `migrate dev` and `migrate reset` may empty the database, which must not be the one in use. */
async function startServers() {
  await build({ tolerant: true });
  const { useEmbedded } = await import('../dist/src/embedded/use-embedded.js');
  return useEmbedded({
    dir: path.resolve(here, '..', '.tallylight', 'prisma'),
    want: { database: true, redis: false },
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
}
