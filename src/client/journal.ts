import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';

/** A file of lines that survives being killed at any moment. One process at a time may have it open. */
export interface Journal {
  /** Its size in bytes. */
  size(): number;
  /**
   * Adds lines: all of them, or none when it throws. With `sync` they survive a power failure.
   * @throws what the file system said, such as ENOSPC
   */
  append(lines: readonly string[], options: { readonly sync: boolean }): Promise<void>;
  /** Replaces everything at once. */
  rewrite(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface OpenedJournal {
  readonly journal: Journal;
  /** Every whole line. One that was being written when its writer died is cut off. */
  readonly lines: readonly string[];
}

/** Opens the file, or makes it, readable by its owner only. */
export async function openJournal(file: string): Promise<OpenedJournal> {
  await mkdir(path.dirname(file), { recursive: true });
  let handle = await open(file, 'a+', 0o600);
  const content = await handle.readFile();
  let size = content.lastIndexOf('\n') + 1;
  if (size < content.length) await handle.truncate(size);

  async function append(lines: readonly string[], { sync }: { readonly sync: boolean }): Promise<void> {
    const bytes = Buffer.from(textOf(lines));
    try {
      await handle.appendFile(bytes);
      if (sync) await handle.datasync();
    } catch (error) {
      // Half a line would swallow the one that is written after it.
      await handle.truncate(size);
      throw error;
    }
    size += bytes.length;
  }

  async function rewrite(lines: readonly string[]): Promise<void> {
    const text = textOf(lines);
    await replace(file, text);
    const old = handle;
    handle = await open(file, 'a+', 0o600);
    size = Buffer.byteLength(text);
    await old.close();
  }

  const whole = content.subarray(0, size).toString();
  return {
    lines: whole.split('\n').slice(0, -1),
    journal: { size: () => size, append, rewrite, close: () => handle.close() },
  };
}

async function replace(file: string, text: string): Promise<void> {
  const next = `${file}.new`;
  await synced(await open(next, 'w', 0o600), (handle) => handle.writeFile(text));
  await rename(next, file);
  await synced(await open(path.dirname(file), 'r'), async () => undefined);
}

async function synced(handle: FileHandle, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
