import { createConnection, Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { AbstractConnector } from 'ioredis';
import { type Endpoint, isSame } from './redis-address.ts';

export interface Following {
  /**
   * Where the master is now. @param besides is asked last: what it says of itself may be out of date
   * @throws when nobody says
   */
  readonly find: (besides?: Endpoint) => Promise<Endpoint>;
  readonly tls: ConnectionOptions | undefined;
}

/** How often (ms) is looked whether the master is still where the connection leads. */
const LOOK_AGAIN_MS = 5_000;
const GIVE_UP_MS = 2_000;

/**
 * Makes of a plain connection one that follows a master: found out anew at every connect, and left when another server is the master, even when
 * the old one is frozen and closes nothing. ioredis has its own connector for Sentinels; it ends a connection for good when a failover is
 * told of just while it connects.
 */
export function followingConnector({ find, tls }: Following): new () => AbstractConnector {
  return class FollowingConnector extends AbstractConnector {
    private timer: NodeJS.Timeout | undefined;

    constructor() {
      super(GIVE_UP_MS);
    }

    /** Never rejects: ioredis would not try again. A stream that is dead already is a failed attempt like any other. */
    async connect(): Promise<Socket> {
      this.connecting = true;
      try {
        const master = await find();
        if (!this.connecting) return dead();
        const stream = open(master, tls);
        stream.once('error', (error) => {
          this.firstError = error;
        });
        clearInterval(this.timer);
        const timer = setInterval(() => void this.leaveIfMoved(stream, master), LOOK_AGAIN_MS).unref();
        stream.once('close', () => clearInterval(timer));
        this.timer = timer;
        this.stream = stream;
        return stream;
      } catch (error) {
        this.firstError = error instanceof Error ? error : new Error(String(error));
        return dead();
      }
    }

    /** A replica that is not promoted yet, or a master that is none any more, is no use. */
    override check({ role }: { readonly role?: string }): boolean {
      return role === undefined || role === 'master';
    }

    override disconnect(): void {
      clearInterval(this.timer);
      super.disconnect();
    }

    private async leaveIfMoved(stream: Socket, master: Endpoint): Promise<void> {
      const now = await find(master).catch(() => master);
      if (!isSame(now, master)) stream.destroy();
    }
  };
}

function open({ host, port }: Endpoint, tls: ConnectionOptions | undefined): Socket {
  return tls ? connectTls({ host, port, ...tls }) : createConnection({ host, port });
}

function dead(): Socket {
  return new Socket().destroy();
}
