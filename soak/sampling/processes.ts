import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Actor } from '../stage/cast.ts';
import { readExposition, type Series } from './exposition.ts';
import type { Memory } from './sample.ts';

const PATIENCE_MS = 5_000;
const PAGE_BYTES = 4_096;

/** The metrics of every process that answers now, by its name. */
export async function readPages(actors: readonly Actor[]): Promise<Map<string, Series[]>> {
  const pages = await Promise.all(
    actors.map(async (actor) => {
      const text = await readPage(actor);
      return text === null ? [] : [[actor.name, readExposition(text)] as const];
    }),
  );
  return new Map(pages.flat());
}

/** Writes the metrics of every process beside its log: they say what it did until then. */
export async function savePages(actors: readonly Actor[], directory: string): Promise<void> {
  await Promise.all(
    actors.map(async (actor) => {
      const text = await readPage(actor);
      if (text !== null) await writeFile(path.join(directory, `${actor.name}.metrics`), text);
    }),
  );
}

/** @returns null while it is being started */
function readPage(actor: Actor): Promise<string | null> {
  return fetch(`${actor.address()}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    .then((answer) => (answer.ok ? answer.text() : null))
    .catch(() => null);
}

export function memoryOf(page: readonly Series[]): Memory {
  const bytes = (kind: string): number =>
    page.find(({ name, labels }) => name === 'tallylight_memory_bytes' && labels.kind === kind)?.value ?? 0;
  return { resident: bytes('resident'), heap: bytes('heap') };
}

/** Of a process that has no metrics. @returns null where the system does not tell, or it is gone */
export async function residentOf(pid: number | undefined): Promise<Memory | null> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => null);
  return text === null ? null : { resident: Number(text.split(' ')[1]) * PAGE_BYTES, heap: null };
}
