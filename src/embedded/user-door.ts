import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Addresses, onMessage, send, type ToKeeper, type Wanted } from './keeper-protocol.ts';

const FIRST_USER_MS = 15_000;
const GREETING_MS = 5_000;

/** Where users come in; each is one connection, so that its end is seen however it ends. */
export interface Door {
  readonly port: number;
  /** Resolves when the last user is gone, or nobody came. */
  readonly deserted: Promise<void>;
  /** Tells all users how things go. */
  tell(line: string): void;
  /** Lets nobody in any more. */
  shut(): void;
  /** Ends all connections. */
  sendHome(): void;
}

export interface DoorParts {
  /** What only those know who may read our files. */
  readonly token: string;
  readonly provide: (want: Wanted) => Promise<Addresses>;
}

export async function openDoor({ token, provide }: DoorParts): Promise<Door> {
  const users = new Set<Socket>();
  const connections = new Set<Socket>();
  let open = true;
  let desert: () => void = () => undefined;
  const deserted = new Promise<void>((resolve) => {
    desert = () => {
      open = false;
      resolve();
    };
  });
  const nobodyCame = setTimeout(desert, FIRST_USER_MS);

  const admit = (socket: Socket, want: Wanted): void => {
    clearTimeout(nobodyCame);
    users.add(socket);
    send(socket, { welcome: true });
    provide(want).then(
      (ready) => send(socket, { ready }),
      (error: Error) => send(socket, { failure: error.message }),
    );
  };
  const dismiss = (socket: Socket): void => {
    if (!users.delete(socket)) return;
    // The last one hears the end of its connection when everything has ended.
    if (users.size === 0) desert();
    else socket.end();
  };

  const server = createServer((socket) => {
    connections.add(socket);
    const silent = setTimeout(() => socket.destroy(), GREETING_MS);
    socket.on('error', () => undefined); // followed by "close"
    socket.on('close', () => {
      clearTimeout(silent);
      connections.delete(socket);
      dismiss(socket);
    });
    onMessage<ToKeeper>(socket, (message) => {
      clearTimeout(silent);
      if ('bye' in message) dismiss(socket);
      else if (open && isSame(message.token, token)) admit(socket, message.want);
      else socket.destroy();
    });
  });

  return {
    port: await listen(server),
    deserted,
    tell: (progress) => {
      for (const socket of users) send(socket, { progress });
    },
    shut: () => void server.close(),
    sendHome: () => {
      for (const socket of connections) socket.destroy();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

function isSame(given: unknown, token: string): boolean {
  if (typeof given !== 'string' || given.length !== token.length) return false;
  return timingSafeEqual(Buffer.from(given), Buffer.from(token));
}
