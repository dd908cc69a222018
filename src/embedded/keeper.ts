// A program of its own: owns the embedded servers of one directory while anybody is connected to it.
// `node keeper.js <directory>`, started by use-embedded.ts.
import process from 'node:process';
import { keep } from './keep.ts';

const [dir] = process.argv.slice(2);
if (!dir) throw new Error('usage: keeper.js <directory>');

// The terminal of whoever started it is none of its business; its users are.
process.on('SIGHUP', () => undefined);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

try {
  await keep(dir, stop.signal);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
