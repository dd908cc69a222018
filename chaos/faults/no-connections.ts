import { setMaxListeners } from 'node:events';
import pg from 'pg';
import { sleep } from '../../src/shared/runtime/clock.ts';
import { query } from '../servers.ts';
import type { Fault } from '../stage.ts';

const TAKEN_MS = 10_000;
const AGAIN_MS = 20;

/**
 * All connections that Postgres gives are taken by somebody else, those of the program too, once it has lost them. Whoever
 * takes them asks far more often than the program does, so that it gets none.
 */
export const NO_CONNECTIONS: Fault = {
  name: 'Postgres out of connections for 10 s',
  platforms: null,
  async strike({ servers: { postgres } }) {
    const [limit] = await query<{ max_connections: string }>(postgres.direct, 'SHOW max_connections');
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const takers = Array.from({ length: Number(limit?.max_connections) }, () => take(postgres.direct, over.signal));
    await Promise.race([full(postgres.direct), sleep(TAKEN_MS)]);
    for (const way of postgres.ways) way.cut();
    await sleep(TAKEN_MS);
    over.abort();
    await Promise.all(takers);
  },
};

/** Takes a connection as soon as there is one, and keeps it. */
async function take(url: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined); // told by the attempt that fails
    const taken = await client.connect().then(
      () => true,
      () => false,
    );
    if (taken) await new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
    await client.end();
    await sleep(AGAIN_MS, over);
  }
}

/** Resolves when nobody is let in any more. */
async function full(url: string): Promise<void> {
  while (
    await query(url, 'SELECT 1').then(
      () => true,
      () => false,
    )
  ) {
    await sleep(AGAIN_MS);
  }
}
