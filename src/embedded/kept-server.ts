import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedServer } from './embedded-server.ts';

const TRIES = 10;
const PAUSE_MS = 500;

/** A server that is started when it is first wanted, and again whenever it ends before it should. */
export interface KeptServer<S> {
  /** @throws when it cannot be started; the next call tries again */
  get(): Promise<S>;
  stop(): Promise<void>;
}

export interface KeptServerParts<S> {
  readonly name: string;
  /** On the given port, or on any: its users know one address only. */
  readonly start: (port: number | null) => Promise<S>;
  readonly onProgress: (line: string) => void;
}

export function keepServer<S extends EmbeddedServer>({ name, start, onProgress }: KeptServerParts<S>): KeptServer<S> {
  let current: Promise<S> | null = null;
  let stopping = false;

  const launch = (port: number | null): Promise<S> => {
    const starting = start(port).then((server) => {
      void server.exited.then(() => revive(server.port));
      return server;
    });
    starting.catch(() => {
      if (current === starting) current = null;
    });
    current = starting;
    return starting;
  };

  const revive = async (port: number): Promise<void> => {
    for (let attempt = 1; attempt <= TRIES && !stopping; attempt += 1) {
      onProgress(`the embedded ${name} ended unexpectedly, starting it again`);
      const revived = await launch(port).catch((error: Error) => onProgress(error.message));
      if (revived) return;
      await sleep(PAUSE_MS * attempt);
    }
  };

  return {
    get: () => current ?? launch(null),
    async stop() {
      stopping = true;
      const server = await current?.catch(() => null);
      await server?.stop();
    },
  };
}
