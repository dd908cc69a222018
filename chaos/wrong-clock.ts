/**
 * Makes the clock of a process wrong, while it runs too: `node --import 'file:///…/wrong-clock.js?file=<path>' main.js`. The
 * file says by how many milliseconds it is ahead; where there is none it is right.
 */
import { readFileSync } from 'node:fs';

const READ_EVERY_MS = 100;

const file = new URL(import.meta.url).searchParams.get('file') ?? '';
const rightNow = Date.now;
let [aheadMs, readAt] = [0, Number.NEGATIVE_INFINITY];

function wrongNow(): number {
  const at = performance.now();
  if (at - readAt > READ_EVERY_MS) [aheadMs, readAt] = [read(), at];
  return rightNow() + aheadMs;
}

function read(): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

Date.now = wrongNow;
globalThis.Date = new Proxy(Date, {
  construct: (date, given, as) => Reflect.construct(date, given.length > 0 ? given : [wrongNow()], as) as Date,
  apply: (date) => new date(wrongNow()).toString(),
});
