import { type Access, askInTurn, askServer } from './ask-server.ts';
import type { Endpoint } from './redis-address.ts';

export interface SentinelMasterParts {
  readonly sentinels: readonly Endpoint[];
  /** With which the sentinels are asked. */
  readonly access: Access;
  /** As they call the master. */
  readonly master: string;
}

/** Finds the server that the sentinels have made the master. */
export function createFindSentinelMaster({ sentinels, access, master }: SentinelMasterParts) {
  async function ask(asked: Endpoint): Promise<Endpoint> {
    const answer = await askServer(asked, access, (redis) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', master));
    const [host, port] = (answer ?? []) as string[];
    if (!host || !port) throw new Error(`the sentinel at ${asked.host}:${asked.port} knows no master "${master}"`);
    return { host, port: Number(port) };
  }

  return (): Promise<Endpoint> => askInTurn(sentinels, ask);
}
