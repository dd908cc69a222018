import { type FoundBy, mostTelling } from '../shared/domain/found-by.ts';
import { chunk, partition } from '../shared/domain/group.ts';
import type { Claim, ClaimOptions, DueKeys, WantedKey } from '../shared/queues/due-keys.ts';
import type { PollResult } from '../shared/queues/poll-queues.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { type ClaimedBatch, LOOK_TIMEOUT_MS } from './batch-look.ts';
import type { Looked } from './look.ts';

export interface SharedLookParts {
  readonly dueKeys: Pick<DueKeys, 'claim'>;
  readonly lookAtBatch: (batch: ClaimedBatch) => Promise<Map<string, Looked>>;
  readonly batchSize: number;
  /** Between two looks at a key of normal pace, as it is set now. */
  readonly intervalMs: () => number;
  readonly clock: Clock;
}

/** Looks under way at once in one process. What waits is not claimed yet, so another process may take it. */
const AT_ONCE = 8;

/**
 * How long (ms) a poll waits for others to claim with. Polls come one by one; without this moment a batch is filled up
 * with keys that nobody wants yet, and each request answers for fewer polls.
 */
const LINGER_MS = 10;

/** A key that some poll wants looked at, and what led to that. */
export interface WantedLook extends WantedKey {
  readonly foundBy: FoundBy;
}

interface Waiting extends WantedLook {
  readonly resolve: (result: PollResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A batch that was claimed, with the polls that wait for its look. */
interface Share {
  readonly batch: ClaimedBatch;
  readonly polls: readonly Waiting[];
}

/**
 * Lets polls share looks. Polls that come together claim together, in one atomic step over all processes, and one
 * request answers for as many keys as the platform takes. So N keys cost about N / batch size requests an interval,
 * however many processes poll.
 */
export function createSharedLook(parts: SharedLookParts) {
  const waiting: Waiting[] = [];
  let claiming = false;
  let looking = 0;
  let patience: NodeJS.Timeout | undefined;

  /** One claim at a time, and not before a batch is full or a moment has passed. */
  function plan(): void {
    if (claiming || waiting.length === 0 || looking >= AT_ONCE) return;
    if (waiting.length >= parts.batchSize) claimWaiting();
    else patience ??= setTimeout(claimWaiting, LINGER_MS);
  }

  function claimWaiting(): void {
    clearTimeout(patience);
    patience = undefined;
    claiming = true;
    const asked = waiting.splice(0, (AT_ONCE - looking) * parts.batchSize);
    void claimShares(parts, asked).then((shares) => {
      claiming = false;
      shares.forEach(begin);
      plan();
    });
  }

  function begin(share: Share): void {
    looking += 1;
    void lookFor(parts, share).finally(() => {
      looking -= 1;
      plan();
    });
  }

  /** Resolves when the key was looked at, or when it turned out that it need not be. Rejects when its look failed. */
  return function sharedLook(wanted: WantedLook): Promise<PollResult> {
    return new Promise((resolve, reject) => {
      waiting.push({ ...wanted, resolve, reject });
      plan();
    });
  };
}

export type SharedLook = ReturnType<typeof createSharedLook>;

/** Never rejects: polls that are not in a share have been told what became of them. */
async function claimShares(parts: SharedLookParts, asked: readonly Waiting[]): Promise<Share[]> {
  const wanted = unique(asked);
  const claim = await claimKeys(parts, wanted).catch((error: unknown) => ({ kind: 'failed', error }) as const);
  if (claim.kind === 'failed') {
    reject(asked, claim.error);
    return [];
  }
  if (claim.kind === 'resting') {
    resolve(asked, () => 'resting');
    return [];
  }
  const states = new Map(wanted.map((key, i) => [key.identifier, claim.states[i] ?? 'untracked']));
  const [mine, others] = partition(asked, (poll) => states.get(poll.identifier) === 'claimed');
  resolve(others, (poll) => (states.get(poll.identifier) === 'fresh' ? 'fresh' : 'untracked'));

  const slots = new Map(wanted.map((key) => [key.identifier, key.slot]));
  const causes = new Map(wanted.map((key) => [key.identifier, key.foundBy]));
  return chunk(claim.claimed, parts.batchSize).map((identifiers) => {
    const members = new Set(identifiers);
    const polls = mine.filter((poll) => members.has(poll.identifier));
    return { batch: { identifiers, slots, causes, stretch: claim.stretch }, polls };
  });
}

/** Never rejects: every poll is told what became of it. */
async function lookFor(parts: SharedLookParts, { batch, polls }: Share): Promise<void> {
  try {
    const looked = await parts.lookAtBatch(batch);
    resolve(polls, (poll) => looked.get(poll.identifier)?.result ?? 'untracked');
  } catch (error) {
    reject(polls, error);
  }
}

function claimKeys(
  { dueKeys, batchSize, intervalMs, clock }: SharedLookParts,
  wanted: readonly WantedKey[],
): Promise<Claim> {
  // A little longer than a look may take, so that a lease only ends when its process died.
  const leaseMs = LOOK_TIMEOUT_MS + 5_000;
  const options: ClaimOptions = { now: clock.now().getTime(), intervalMs: intervalMs(), batchSize, leaseMs };
  return dueKeys.claim(wanted, options);
}

/** Two polls of one key are one wish; it is forced if one of them is. */
function unique(polls: readonly Waiting[]): WantedLook[] {
  const keys = new Map<string, WantedLook>();
  for (const { identifier, slot, forced, foundBy } of polls) {
    const other = keys.get(identifier);
    keys.set(identifier, {
      identifier,
      slot: Math.max(slot, other?.slot ?? 0),
      forced: forced || other?.forced === true,
      foundBy: mostTelling(foundBy, other?.foundBy ?? 'poll'),
    });
  }
  return [...keys.values()];
}

function resolve(polls: readonly Waiting[], result: (poll: Waiting) => PollResult): void {
  for (const poll of polls) poll.resolve(result(poll));
}

function reject(polls: readonly Waiting[], error: unknown): void {
  for (const poll of polls) poll.reject(error);
}
