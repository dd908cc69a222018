// Loaded before the program in every process that the demo starts: `node --import end-with-parent.js main.js …`.
// Its stdin is a pipe whose other end only the demo holds. When the demo is gone, kill -9 included, the pipe closes.
import process from 'node:process';

/** A graceful stop may wait for servers that are gone as well. */
const PATIENCE_MS = 3_000;

let ending = false;
process.stdin.on('error', () => undefined); // followed by "close"
for (const event of ['end', 'close']) process.stdin.on(event, endOnce);
process.stdin.resume();
(process.stdin as { unref?: () => void }).unref?.();

function endOnce(): void {
  if (ending) return;
  ending = true;
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), PATIENCE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
}
