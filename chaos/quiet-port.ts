import { freePort } from '../src/embedded/free-port.ts';

/** Below those that systems give to whoever asks for any: nobody is given it while its server is down. */
const [FIRST_PORT, LAST_PORT] = [15_000, 30_000];

export async function quietPort(): Promise<number> {
  const wanted = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
  return (await freePort(wanted)) === wanted ? wanted : quietPort();
}
