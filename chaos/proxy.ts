import net from 'node:net';
import { type Flow, flow } from './proxy-flow.ts';

/** What is lost: what is asked, what is answered, or everything. */
export type Lost = 'requests' | 'answers' | 'everything';

/** A way to a server, through which everything goes and which can be made bad. */
export interface Way {
  readonly port: number;
  /** What is sent from now on arrives so much later (ms), in both directions. */
  delay(ms: number): void;
  /** All connections end at once, as when a router is started again; new ones come through. */
  cut(): void;
  /**
   * From now on connections stand, new ones too, and what is sent vanishes. Nobody is told, not even of an end: both
   * sides go on believing in a connection that will never carry anything again, after `heal` neither.
   */
  swallow(lost: Lost): void;
  /** Nothing listens any more, and all connections end. */
  refuse(): Promise<void>;
  /** New connections come through again, without delay. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

interface Connection {
  readonly client: net.Socket;
  readonly server: net.Socket;
  readonly flows: { readonly requests: Flow; readonly answers: Flow };
}

/** Starts a proxy; both ends are on loopback unless told otherwise. */
export async function startProxy(targetPort: number, { host = LOOPBACK, targetHost = LOOPBACK } = {}): Promise<Way> {
  const connections = new Set<Connection>();
  let [delayMs, lost]: [number, Lost | null] = [0, null];
  const listener = net.createServer({ allowHalfOpen: true }, accept);
  const port = await listen(listener, 0, host);

  function accept(client: net.Socket): void {
    const server = net.connect({ host: targetHost, port: targetPort, allowHalfOpen: true });
    const flows = { requests: flow(client, server, () => delayMs), answers: flow(server, client, () => delayMs) };
    const connection = { client, server, flows };
    connections.add(connection);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.once('close', () => {
        if (client.closed && server.closed) connections.delete(connection);
      });
    }
    if (lost !== null) lose(connection, lost);
  }

  /** What only one side still believes in: its keepalive would have found it out by now. */
  function forgetLost(): void {
    for (const { client, server } of connections) {
      if (!client.readableEnded && !server.readableEnded) continue;
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  function cut(): void {
    for (const { client, server } of connections) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  async function refuse(): Promise<void> {
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    cut();
    await closed;
  }

  return {
    ...{ port, cut, refuse },
    delay(ms) {
      delayMs = ms;
    },
    swallow(what) {
      forgetLost();
      lost = what;
      for (const connection of connections) lose(connection, what);
    },
    async heal() {
      [delayMs, lost] = [0, null];
      if (!listener.listening) await listen(listener, port, host);
    },
    close: () => (listener.listening ? refuse() : Promise.resolve(cut())),
  };
}

function lose({ flows }: Connection, lost: Lost): void {
  if (lost !== 'answers') flows.requests.lose();
  if (lost !== 'requests') flows.answers.lose();
}

function listen(server: net.Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as net.AddressInfo).port);
    });
  });
}
