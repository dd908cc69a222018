/** Wrong passwords that one client may send at once, and how soon one of them is forgiven, in ms. */
const CLIENT = { most: 10, forgiveMs: 60_000 };
/** The same for all clients together. */
const ALL = { most: 100, forgiveMs: 6_000 };
/** What one client may send at once while all together have sent too many: enough for who knows the password. */
const MOST_UNDER_ATTACK = 1;
/** Clients that are remembered; the one that failed longest ago makes room. */
const MOST_CLIENTS = 10_000;

/** How many wrong passwords are not forgiven yet, as of a moment. */
interface Tally {
  readonly count: number;
  readonly at: number;
}

const NONE: Tally = { count: 0, at: 0 };

export interface GuessLimit {
  /** How long the client has to wait before its next password is looked at, in ms; 0: not at all. */
  waitMs(client: string): number;
  /** The client has sent a wrong password. A right one in between forgives nothing, or it would buy more guesses. */
  failed(client: string): void;
}

/**
 * Slows down who guesses passwords, in the memory of this process. A client that has never failed is never refused, so
 * that nobody can lock another one out: many clients together only get fewer guesses each.
 * @param now a time that never goes back, in ms
 */
export function createGuessLimit(now: () => number = () => performance.now()): GuessLimit {
  const clients = new Map<string, Tally>();
  let all = NONE;

  function waitMs(client: string): number {
    const most = left(all, ALL, now()) + 1 > ALL.most ? MOST_UNDER_ATTACK : CLIENT.most;
    const excess = left(clients.get(client) ?? NONE, CLIENT, now()) + 1 - most;
    return Math.max(0, Math.ceil(excess * CLIENT.forgiveMs));
  }

  function failed(client: string): void {
    all = { count: left(all, ALL, now()) + 1, at: now() };
    const count = left(clients.get(client) ?? NONE, CLIENT, now()) + 1;
    clients.delete(client); // so that it moves to the end
    clients.set(client, { count, at: now() });
    const [oldest] = clients.keys();
    if (clients.size > MOST_CLIENTS && oldest !== undefined) clients.delete(oldest);
  }

  return { waitMs, failed };
}

function left({ count, at }: Tally, { forgiveMs }: { forgiveMs: number }, now: number): number {
  return Math.max(0, count - (now - at) / forgiveMs);
}
