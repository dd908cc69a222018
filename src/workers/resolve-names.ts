import type { KeyWish, StreamName } from '../shared/domain/follow.ts';
import type { RefusedFollow } from '../shared/domain/follow-limits.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { nameText, type PlatformAdapter, type Resolution } from '../shared/platforms/adapter.ts';
import { readKey } from '../shared/platforms/key.ts';
import { PlatformError } from '../shared/platforms/errors.ts';
import type { NamedKey } from '../shared/platforms/learned-name.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { FailedTry, NameStore } from '../shared/store/name-store.ts';
import type { RejectStore } from '../shared/store/reject-store.ts';
import { rejectOfFollow } from './reject-of-follow.ts';

/** Most names of a platform resolved in one go; the adapter cuts them into its own batches. */
const MOST_NAMES = 500;

/** One platform that does not answer must not hold up the others. */
const WITHIN_MS = 60_000;

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 6 * 3_600_000;

export interface ResolveNamesParts {
  readonly store: Pick<NameStore, 'due' | 'pending' | 'remember' | 'settle' | 'failed'>;
  /** Of the platforms we have credentials for. Names of the others wait until we have. */
  readonly resolvers: ReadonlyMap<Platform, Pick<PlatformAdapter, 'resolve'>>;
  applyWishes(wishes: readonly KeyWish[]): Promise<readonly RefusedFollow<StreamKey>[]>;
  /** Where follows go that a limit keeps out now that their names are known. */
  readonly rejects: Pick<RejectStore, 'keep'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'names'>;
  readonly logger: Logger;
}

/** How many names came to what. */
export interface ResolvedNames {
  readonly resolved: number;
  /** Nobody has them, says the platform. They are tried again, ever more rarely: a channel may come back. */
  readonly missing: number;
  /** The platform did not say. */
  readonly failed: number;
}

type DueName = StreamName & { readonly tries: number };

/**
 * Resolves the names that are due, remembers them, and applies the wishes that waited for them, dated as they were said.
 * Cut short anywhere it is taken up again: wishes are forgotten only after they were applied.
 * @throws when Postgres or Redis is away; an answer of a platform is never thrown
 */
export function createResolveNames(parts: ResolveNamesParts) {
  return async function resolveNames(): Promise<ResolvedNames> {
    const outcomes = await Promise.all([...parts.resolvers.keys()].map((platform) => resolvePlatform(parts, platform)));
    return {
      resolved: outcomes.reduce((sum, each) => sum + each.resolved, 0),
      missing: outcomes.reduce((sum, each) => sum + each.missing, 0),
      failed: outcomes.reduce((sum, each) => sum + each.failed, 0),
    };
  };
}

async function resolvePlatform(parts: ResolveNamesParts, platform: Platform): Promise<ResolvedNames> {
  const { store, clock, metrics } = parts;
  const total = { resolved: 0, missing: 0, failed: 0 };
  for (;;) {
    const due = await store.due(platform, clock.now(), MOST_NAMES);
    if (due.length === 0) return total;
    const { found, failures, missing } = sort(due, await ask(parts, platform, due), clock.now());
    await store.failed(failures);
    await applyFound(parts, found);
    total.resolved += found.length;
    total.missing += missing;
    total.failed += failures.length - missing;
    metrics.names.inc({ platform, result: 'resolved' }, found.length);
    metrics.names.inc({ platform, result: 'missing' }, missing);
    metrics.names.inc({ platform, result: 'failed' }, failures.length - missing);
    if (due.length < MOST_NAMES) return total;
  }
}

interface Answer {
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** Why names without a resolution have none. */
  readonly error: string;
  readonly restUntil: Date | null;
}

async function ask(
  { resolvers, logger }: ResolveNamesParts,
  platform: Platform,
  names: readonly DueName[],
): Promise<Answer> {
  try {
    const resolutions = await resolvers.get(platform)?.resolve(names.map(plainName), AbortSignal.timeout(WITHIN_MS));
    return { resolutions: resolutions ?? new Map(), error: `${platform} did not say who this is`, restUntil: null };
  } catch (error) {
    logger.warn({ err: error, platform, names: names.length }, 'names cannot be resolved now');
    const restUntil = error instanceof PlatformError ? error.restUntil : null;
    return { resolutions: new Map(), error: error instanceof Error ? error.message : String(error), restUntil };
  }
}

interface Sorted {
  readonly found: NamedKey[];
  readonly failures: FailedTry[];
  /** How many of the failures are names that nobody has. */
  readonly missing: number;
}

function sort(due: readonly DueName[], { resolutions, error, restUntil }: Answer, now: Date): Sorted {
  const found: NamedKey[] = [];
  const failures: FailedTry[] = [];
  let missing = 0;
  for (const each of due) {
    const name = plainName(each);
    const resolution = resolutions.get(nameText(name));
    const identifier = resolution?.kind === 'found' ? canonical(name.platform, resolution.identifier) : undefined;
    if (identifier !== undefined) found.push({ name, identifier });
    else if (resolution?.kind === 'missing') {
      missing++;
      const nextTryAt = nextTry(each.tries, now, null);
      failures.push({ name, nextTryAt, error: `nobody on ${name.platform} has this name` });
    } else failures.push({ name, nextTryAt: nextTry(each.tries, now, restUntil), error });
  }
  return { found, failures, missing };
}

/** A platform may answer with a spelling of its own; what is no identifier at all is no answer. */
function canonical(platform: Platform, identifier: string): string | undefined {
  const read = readKey(platform, identifier);
  return read.kind === 'key' ? read.key.identifier : undefined;
}

/** What the bot's tables ask for is not kept as refused: it stands in them, and is asked for again. */
async function applyFound(parts: ResolveNamesParts, found: readonly NamedKey[]): Promise<void> {
  const { store, rejects, clock, logger } = parts;
  if (found.length === 0) return;
  await store.remember(found, clock.now());
  const identifiers = new Map(found.map(({ name, identifier }) => [nameText(name), identifier]));
  const pending = await store.pending(found.map(({ name }) => name));
  const refused = await parts.applyWishes(
    pending.map(({ wish }) => ({
      ...wish,
      target: { platform: wish.target.platform, identifier: identifiers.get(nameText(wish.target)) ?? '' },
    })),
  );
  const told = refused.filter(({ wish }) => wish.source !== 'notice');
  await rejects.keep(told.slice(0, MOST_NAMES).map((each) => rejectOfFollow(each, clock.now())));
  if (refused[0]) logger.warn({ refused: refused.length, reason: refused[0].reason }, 'follows kept out by a limit');
  await store.settle(pending);
}

/** Doubles with every try, to six hours; not before the platform wants to be asked again. */
function nextTry(tries: number, now: Date, restUntil: Date | null): Date {
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 20), LONGEST_RETRY_MS);
  return new Date(Math.max(now.getTime() + waitMs, restUntil?.getTime() ?? 0));
}

function plainName({ platform, kind, name }: StreamName): StreamName {
  return { platform, kind, name };
}
