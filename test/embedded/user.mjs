// A process that uses the embedded servers of a directory until it is told to end: `node user.mjs <dir>`.
import { useEmbedded } from '../../dist/src/embedded/use-embedded.js';

const embedded = await useEmbedded({
  dir: process.argv[2],
  want: { database: true, redis: true },
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`ready ${JSON.stringify(embedded)}\n`);
process.once('SIGTERM', async () => {
  await embedded.release();
  process.exit(0);
});
setInterval(() => undefined, 60_000);
