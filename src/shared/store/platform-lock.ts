import { PLATFORMS, type Platform } from '../domain/platform.ts';
import { sleep } from '../runtime/clock.ts';
import type { Database, Transaction } from '../runtime/database.ts';

/** Set these locks apart from all others in the database; the second number is the platform's. */
const FLUSH_LOCK = 7_270_001;
const FORM_LOCK = 7_270_002;

/** For how long a lock may be waited for and held, in milliseconds. Then the database takes it back. */
const HELD_MS = 60_000;
const ASK_AGAIN_MS = 50;

/**
 * Runs `work` while nobody else in the cluster publishes for these platforms. The lock goes with the transaction that
 * holds it: a process that dies, or hangs for too long, gives it back.
 * @param work what it writes in the transaction counts only if the lock was held to the end
 */
export function withPlatformLock<T>(
  database: Database,
  platforms: readonly Platform[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.$transaction(
    async (tx) => {
      // Always in the same order, so that nobody waits in a circle.
      for (const platform of PLATFORMS.filter((each) => platforms.includes(each))) await lock(tx, FLUSH_LOCK, platform);
      return work(tx);
    },
    { maxWait: HELD_MS, timeout: HELD_MS },
  );
}

/** Until the transaction ends, nobody else forms events of the platform: not even one who lost the lock above. */
export async function lockForming(tx: Transaction, platform: Platform): Promise<void> {
  await lock(tx, FORM_LOCK, platform);
}

/**
 * Asked for again and again instead of waited for in the database: a process that vanished while it waited would be
 * given the lock afterwards, and hold it until the database finds out.
 */
async function lock(tx: Transaction, kind: number, platform: Platform): Promise<void> {
  while (true) {
    const [answer] = await tx.$queryRaw<{ locked: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(${kind}::int, ${PLATFORMS.indexOf(platform)}::int) AS locked`;
    if (answer?.locked) return;
    await sleep(ASK_AGAIN_MS);
  }
}
