import { connect, type Socket } from 'node:net';
import {
  type Addresses,
  type FromKeeper,
  type KeeperAddress,
  onMessage,
  send,
  type Wanted,
} from './keeper-protocol.ts';

const WELCOME_MS = 3_000;
const FAREWELL_MS = 45_000;

/** One user's connection to the keeper. The servers run at least as long as it does. */
export interface Membership {
  readonly addresses: Addresses;
  /** Resolves when the connection ended: the keeper is gone. */
  readonly lost: Promise<void>;
  /** Resolves when the servers have ended, if we were the last user. */
  leave(): Promise<void>;
}

export interface JoinOptions {
  readonly keeper: KeeperAddress;
  readonly want: Wanted;
  readonly onProgress: (line: string) => void;
}

/**
 * @returns null when no keeper answers there, or it is just ending
 * @throws what the keeper says when it cannot provide the servers
 */
export async function joinKeeper({ keeper, want, onProgress }: JoinOptions): Promise<Membership | null> {
  const socket = connect(keeper.port, '127.0.0.1');
  const lost = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined); // followed by "close"
  const ready = new Promise<Addresses>((resolve, reject) => {
    onMessage<FromKeeper>(socket, (message) => {
      if ('welcome' in message) socket.setTimeout(0);
      if ('progress' in message) onProgress(message.progress);
      if ('failure' in message) reject(new Error(message.failure));
      if ('ready' in message) resolve(message.ready);
    });
  });
  socket.setTimeout(WELCOME_MS, () => socket.destroy());
  socket.once('connect', () => send(socket, { token: keeper.token, want }));
  try {
    const addresses = await Promise.race([ready, lost]);
    if (!addresses) return null;
    socket.unref(); // who forgets to leave is not kept alive by it
    return { addresses, lost, leave: () => leave(socket, lost) };
  } catch (error) {
    await leave(socket, lost);
    throw error;
  }
}

/** Whether anybody listens on a loopback port. */
export function canReach(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function leave(socket: Socket, lost: Promise<void>): Promise<void> {
  socket.ref();
  send(socket, { bye: true });
  socket.setTimeout(FAREWELL_MS, () => socket.destroy());
  await lost;
}
