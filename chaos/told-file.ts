import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Position, PositionStore } from 'tallylight/client';

/** What a shard was told, a line each. */
export const TOLD_FILE = 'told.jsonl';
const POSITION_FILE = 'position.json';

/** So many bytes of what was told belong to this position. */
interface Kept {
  readonly bytes: number;
  readonly position: Position;
}

/**
 * What a shard was told and its position, kept in one step, as a database would in a transaction: the lines count as far as the
 * position says, and those of a process that died in between are taken back when the next one loads it.
 */
export function openToldFile(directory: string): {
  positions: PositionStore;
  keep(line: string, next: Position): void;
} {
  const file = path.join(directory, POSITION_FILE);
  const told = openSync(path.join(directory, TOLD_FILE), 'a');
  let kept: Kept | null = null;

  function keep(bytes: number, position: Position): void {
    kept = { bytes, position };
    writeFileSync(`${file}.new`, JSON.stringify(kept));
    renameSync(`${file}.new`, file);
  }

  return {
    keep: (line, next) => keep((kept?.bytes ?? 0) + writeSync(told, `${line}\n`), next),
    positions: {
      async load() {
        kept = readKept(file);
        ftruncateSync(told, kept?.bytes ?? 0);
        return kept?.position ?? null;
      },
      async save(position) {
        if (kept?.position !== position) keep(kept?.bytes ?? 0, position);
      },
      close: async () => closeSync(told),
    },
  };
}

function readKept(file: string): Kept | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
