/** How often something must fail alone, each time between two that pass, before it counts as unusable. */
const PROOFS = 2;

/** Longest that one round goes on without anything passing, in ms: then the server is away, not an item bad. */
const ROUND_MS = 3_000;

export interface Sifted<T> {
  /** What has not passed: to be tried again. */
  readonly left: T[];
  /** What never will: it fails by itself while another passes before and after it. */
  readonly poison: { readonly item: T; readonly error: unknown }[];
  /** Why something did not pass. */
  readonly error?: unknown;
}

/** Applies all or nothing. Applying something again must change nothing. */
export type Apply<T> = (items: readonly T[]) => Promise<void>;

/**
 * Applies many items at once and, when that fails, finds out which of them it is, so that one bad item never
 * stops its neighbours. No error is asked what it means: when halves fail and nothing passes, the server is away and
 * nothing is held against anybody. What fails by itself is proven bad by one that passes, before and after it.
 */
export function createSift<T>(apply: Apply<T>) {
  /** @param failures rounds in a row that failed before this one: the more, the more patiently it looks */
  return async function sift(items: readonly T[], failures: number): Promise<Sifted<T>> {
    const round = await tryParts(apply, items, failures === 0 ? 1 : 2 ** Math.min(failures + 3, 12));
    const { error, untried, alone, witness } = round;
    if (!witness) return { left: [...items], poison: [], error };
    const left = [...untried];
    const poison: Sifted<T>['poison'] = [];
    for (const suspect of alone) {
      if (await isProven(apply, suspect.item, witness.item)) poison.push(suspect);
      else left.push(suspect.item);
    }
    return { left, poison, error };
  };
}

async function isProven<T>(apply: Apply<T>, suspect: T, witness: T): Promise<boolean> {
  for (let proof = 0; proof < PROOFS; proof++) {
    const hasFailed = (await passes(apply, witness)) && !(await passes(apply, suspect));
    if (!hasFailed || !(await passes(apply, witness))) return false;
  }
  return true;
}

/** Why not is known already. */
function passes<T>(apply: Apply<T>, item: T): Promise<boolean> {
  return apply([item]).then(
    () => true,
    () => false,
  );
}

interface Round<T> {
  /** One of those that passed. */
  witness?: { readonly item: T };
  error?: unknown;
  readonly alone: { item: T; error: unknown }[];
  readonly untried: T[];
}

/** @param patience most failures in this round before something has passed */
async function tryParts<T>(apply: Apply<T>, items: readonly T[], patience: number): Promise<Round<T>> {
  const round: Round<T> = { alone: [], untried: [] };
  const until = performance.now() + ROUND_MS;
  const parts: (readonly T[])[] = [items];
  let failed = 0;
  for (let part = parts.pop(); part; part = parts.pop()) {
    const isHopeless = !round.witness && failed > 0 && (failed >= patience || performance.now() > until);
    if (isHopeless) round.untried.push(...part);
    else if (!(await tryPart(apply, part, round))) {
      failed++;
      parts.push(...halves(part));
    }
  }
  return round;
}

async function tryPart<T>(apply: Apply<T>, part: readonly T[], round: Round<T>): Promise<boolean> {
  const first = { item: part[0] as T };
  try {
    await apply(part);
    round.witness ??= first;
    return true;
  } catch (error) {
    round.error = error;
    if (part.length === 1) round.alone.push({ ...first, error });
    return false;
  }
}

/** The second half first: what is pushed last is tried first. */
function halves<T>(part: readonly T[]): (readonly T[])[] {
  const middle = part.length >> 1;
  return part.length > 1 ? [part.slice(middle), part.slice(0, middle)] : [];
}
