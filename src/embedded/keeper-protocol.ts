import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';

/** Which servers a process wants. */
export interface Wanted {
  readonly database: boolean;
  readonly redis: boolean;
}

/** Where they are; null for what was not asked for. */
export interface Addresses {
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
}

/** First what is wanted; `bye` when it is needed no more, answered by the end of the connection when all is done. */
export type ToKeeper = { readonly token: string; readonly want: Wanted } | { readonly bye: true };

/** `welcome` comes at once, so that whoever else has the port is told apart from a keeper that has much to do. */
export type FromKeeper =
  | { readonly welcome: true }
  | { readonly progress: string }
  | { readonly ready: Addresses }
  | { readonly failure: string };

/** Where the keeper of a directory listens; only its own account may read it. */
export interface KeeperAddress {
  readonly port: number;
  readonly token: string;
  readonly pid: number;
}

export function addressFile(dir: string): string {
  return path.join(dir, 'keeper.json');
}

/** @returns null when no keeper has written one */
export async function readKeeperAddress(dir: string): Promise<KeeperAddress | null> {
  const text = await readFile(addressFile(dir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Error(`cannot read ${addressFile(dir)}: ${error.message}; was Tallylight run by another user?`);
  });
  return text === null ? null : (JSON.parse(text) as KeeperAddress);
}

export function send(socket: Socket, message: ToKeeper | FromKeeper): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

const LONGEST_LINE = 16_384;

/** Calls back with each message; a line that is none, or too long, ends the connection. */
export function onMessage<T>(socket: Socket, handle: (message: T) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) socket.destroy();
    for (const line of lines) {
      const message = parsed<T>(line);
      if (message === null) socket.destroy();
      else handle(message);
    }
  });
}

function parsed<T>(line: string): T | null {
  try {
    return JSON.parse(line) as T | null;
  } catch {
    return null; // not from us
  }
}
