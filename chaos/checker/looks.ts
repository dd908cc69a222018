import type { Asked } from './entry.ts';
import type { Span, Unclear } from './unclear.ts';

/** One request that was answered, as it concerns one name that it asked for. */
export interface Look {
  readonly at: number;
  readonly answer: Asked['answer'];
  /** When the same was asked again. Infinity: never. */
  readonly againAt: number;
  /** When it was asked once more: by then what was answered to one of the two had been written down. Infinity: never. */
  readonly until: number;
  /** Answered truly, and again, and nothing was broken until the same was asked once more. */
  readonly isProof: boolean;
}

/** By `platform/name`, oldest first. */
export type Looks = (platform: string, names: Iterable<string>) => readonly Look[];

/**
 * What was asked and answered. Whoever asks for a key again has had the time to write down what it was answered before: on
 * a slow machine that is later, and no clock has to say how much. But who it was is not known, and where it was forgotten that
 * somebody asks, as when Redis was emptied, one more may ask beside him, and be slow. So of two answers one counts.
 * @param lookMs requests that follow so soon may belong to the same look, or to one beside it
 */
export function looksOf(asked: readonly Asked[], unclear: Unclear, lookMs: number): Looks {
  const byName = new Map<string, Asked[]>();
  for (const one of [...asked].sort((a, b) => a.at - b.at)) {
    for (const id of new Set(one.ids)) {
      const name = `${one.platform}/${id}`;
      const known = byName.get(name);
      if (known) known.push(one);
      else byName.set(name, [one]);
    }
  }
  const looks = new Map([...byName].map(([name, own]) => [name, own.map((_, at) => lookAt(own, at))]));

  function lookAt(own: readonly Asked[], index: number): Look {
    const one = own[index] as Asked;
    const again = repeatOf(one, own, index);
    const onceMore = again && repeatOf(again, own, index);
    const [againAt, until] = [again, onceMore].map((asked) => asked?.at ?? Number.POSITIVE_INFINITY) as [
      number,
      number,
    ];
    const isAnswered = one.answer === 'true' && again?.answer === 'true' && onceMore !== undefined;
    const isProof = isAnswered && !unclear.isBroken(one.platform, { from: one.at, to: until });
    return { at: one.at, answer: one.answer, againAt, until, isProof };
  }

  function repeatOf({ at, endpoint }: Asked, own: readonly Asked[], after: number): Asked | undefined {
    for (let next = after + 1; next < own.length; next += 1) {
      const one = own[next] as Asked;
      if (one.endpoint === endpoint && one.at >= at + lookMs) return one;
    }
    return undefined;
  }

  return (platform, names) =>
    [...new Set(names)].flatMap((name) => looks.get(`${platform}/${name}`) ?? []).sort((a, b) => a.at - b.at);
}

/** What may have been read and believed, truly or not. */
export function wasRead({ answer }: Look): boolean {
  return answer === 'true' || answer === 'late' || answer === 'false';
}

/** What may have shown something that is. */
export function mayHaveShown({ answer }: Look): boolean {
  return answer === 'true' || answer === 'late';
}

export function isWithin(at: number, { from, to }: Span): boolean {
  return from <= at && at <= to;
}
