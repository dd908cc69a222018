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
  readonly intervalMs: number;
  readonly clock: Clock;
}

/** Looks under way at once in one process. What waits is not claimed yet, so another process may take it. */
const AT_ONCE = 8;

interface Waiting extends WantedKey {
  readonly resolve: (result: PollResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets polls share looks. Polls that come together claim together, in one atomic step over all processes, and one
 * request answers for as many keys as the platform takes. So N keys cost about N / batch size requests an interval,
 * however many processes poll.
 */
export function createSharedLook(parts: SharedLookParts) {
  const waiting: Waiting[] = [];
  let running = 0;
  let planned = false;

  function plan(): void {
    if (planned || waiting.length === 0 || running >= AT_ONCE) return;
    planned = true;
    setImmediate(() => {
      planned = false;
      running += 1;
      const asked = waiting.splice(0, (AT_ONCE - running + 1) * parts.batchSize);
      void claimAndLook(parts, asked).finally(() => {
        running -= 1;
        plan();
      });
      plan();
    });
  }

  /** Resolves when the key was looked at, or when it turned out that it need not be. Rejects when its look failed. */
  return function sharedLook(wanted: WantedKey): Promise<PollResult> {
    return new Promise((resolve, reject) => {
      waiting.push({ ...wanted, resolve, reject });
      plan();
    });
  };
}

export type SharedLook = ReturnType<typeof createSharedLook>;

/** Never rejects: every poll is told what became of it. */
async function claimAndLook(parts: SharedLookParts, asked: readonly Waiting[]): Promise<void> {
  const wanted = unique(asked);
  const claim = await claimKeys(parts, wanted).catch((error: unknown) => ({ kind: 'failed', error }) as const);
  if (claim.kind === 'failed') return reject(asked, claim.error);
  if (claim.kind === 'resting') return resolve(asked, () => 'resting');

  const states = new Map(wanted.map((key, i) => [key.identifier, claim.states[i] ?? 'untracked']));
  const [mine, others] = partition(asked, (poll) => states.get(poll.identifier) === 'claimed');
  resolve(others, (poll) => (states.get(poll.identifier) === 'fresh' ? 'fresh' : 'untracked'));

  const slots = new Map(wanted.map((key) => [key.identifier, key.slot]));
  const batches = chunk(claim.claimed, parts.batchSize);
  await Promise.all(batches.map((identifiers) => lookFor(parts, { identifiers, slots, stretch: claim.stretch }, mine)));
}

async function lookFor(parts: SharedLookParts, batch: ClaimedBatch, polls: readonly Waiting[]): Promise<void> {
  const members = new Set(batch.identifiers);
  const concerned = polls.filter((poll) => members.has(poll.identifier));
  try {
    const looked = await parts.lookAtBatch(batch);
    resolve(concerned, (poll) => looked.get(poll.identifier)?.result ?? 'untracked');
  } catch (error) {
    reject(concerned, error);
  }
}

function claimKeys(
  { dueKeys, batchSize, intervalMs, clock }: SharedLookParts,
  wanted: readonly WantedKey[],
): Promise<Claim> {
  // A little longer than a look may take, so that a lease only ends when its process died.
  const options: ClaimOptions = { now: clock.now().getTime(), intervalMs, batchSize, leaseMs: LOOK_TIMEOUT_MS + 5_000 };
  return dueKeys.claim(wanted, options);
}

/** Two polls of one key are one wish; it is forced if one of them is. */
function unique(polls: readonly Waiting[]): WantedKey[] {
  const keys = new Map<string, WantedKey>();
  for (const { identifier, slot, forced } of polls) {
    const other = keys.get(identifier);
    keys.set(identifier, {
      identifier,
      slot: Math.max(slot, other?.slot ?? 0),
      forced: forced || other?.forced === true,
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
