import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Told } from '../account.ts';

/** In the directory of a shard: what it was told, a line each. */
export const TOLD_FILE = 'told.jsonl';

const EVERY_MS = 100;
const NEWLINE = 10;

/** Reads on in what a shard writes down of what it is told. */
export interface ToldTail {
  /** The whole lines that were not read yet. */
  read(): Told[];
  close(): void;
}

/** @param directory of the shard, which runs already */
export function openToldTail(directory: string): ToldTail {
  const file = openSync(path.join(directory, TOLD_FILE), 'r');
  let from = 0;
  return {
    read() {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - from));
      const read = readSync(file, bytes, 0, bytes.length, from);
      const whole = bytes.subarray(0, read).lastIndexOf(NEWLINE) + 1;
      from += whole;
      const lines = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
      return lines.map((line) => JSON.parse(line) as Told);
    },
    close: () => closeSync(file),
  };
}

/** Hands on what shards are told, a moment later; the time of each telling is in it. @returns what ends that */
export function followTold(directories: readonly string[], onTold: (told: Told) => void): () => void {
  const tails = directories.map(openToldTail);
  const timer = setInterval(() => {
    for (const tail of tails) for (const told of tail.read()) onTold(told);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    for (const tail of tails) tail.close();
  };
}
