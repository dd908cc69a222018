import { createServer } from 'node:net';

/** Below those that systems give to whoever asks for any port, so that nobody gets one of these by chance. */
const [FIRST, COUNT] = [20_000, 10_000];

/**
 * A port of 127.0.0.1 on which nobody listens, and which is ours for as long as this process lives: for a process whose address
 * has to be known before it starts, or stays the same while it is away. Every test process that has a port listens on it at
 * another address of this machine meanwhile, where there is room for one alone.
 */
export async function freePort(): Promise<number> {
  const start = Math.floor(Math.random() * COUNT);
  for (let step = 0; step < COUNT; step += 1) {
    const port = FIRST + ((start + step) % COUNT);
    const release = await listen(port, '127.0.0.2');
    if (release === null) continue;
    const leave = await listen(port, '127.0.0.1');
    if (leave !== null) {
      await leave();
      return port;
    }
    await release();
  }
  throw new Error(`no free port of 127.0.0.1 from ${FIRST} on`);
}

/** @returns what ends it; null when somebody listens there */
function listen(port: number, host: string): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve) => {
    const server = createServer().unref();
    server.once('error', () => resolve(null));
    server.listen(port, host, () => resolve(() => new Promise((closed) => server.close(() => closed()))));
  });
}
