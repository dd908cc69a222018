import type { Asked } from './entry.ts';
import type { Span, Unclear } from './unclear.ts';

/** One request that was answered, as it concerns one name that it asked for. */
export interface Look {
  readonly at: number;
  readonly answer: Asked['answer'];
  /** When the same was asked again: by then what was answered had been written down. Infinity: never. */
  readonly until: number;
  /** Answered truly, and nothing was broken until the same was asked again. */
  readonly isProof: boolean;
}

/** By `platform/name`, oldest first. */
export type Looks = (platform: string, names: Iterable<string>) => readonly Look[];

/**
 * What was asked and answered. Whoever asks for a key again has had the time to write down what it was answered before: on
 * a slow machine that is later, and no clock has to say how much.
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
    const { at, answer, platform, endpoint } = own[index] as Asked;
    let next = index + 1;
    while (next < own.length && !isRepeat(own[next] as Asked)) next += 1;
    const until = own[next]?.at ?? Number.POSITIVE_INFINITY;
    const isProof = answer === 'true' && next < own.length && !unclear.isBroken(platform, { from: at, to: until });
    return { at, answer, until, isProof };

    function isRepeat(one: Asked): boolean {
      return one.endpoint === endpoint && one.at >= at + lookMs;
    }
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
