import type { Fault } from './entry.ts';
import { grouped } from './grouped.ts';
import type { History } from './history.ts';
import { quantile } from './quantile.ts';

/** How one kind of fault went, over all its times. */
export interface FaultMeasure {
  readonly name: string;
  readonly times: number;
  readonly brokenMs: number;
  /** After its end, until a shard was told something again, the worst of its times; null: never by the end. */
  readonly firstToldMs: number | null;
  /** After its end, until every shard was told all that began while it lasted; null: nothing began that was told. */
  readonly caughtUpMs: number | null;
}

export interface Measure {
  readonly broadcasts: number;
  readonly tellings: number;
  readonly wishes: number;
  readonly requests: number;
  /** Messages on the wire, and how many of them came again under the same EventId. */
  readonly messages: number;
  readonly repeats: number;
  /** The longest time without a message on the wire before everything stood still. */
  readonly longestSilenceMs: number;
  /** From a beginning, or a follow if that was later, until a shard was told; the median, and the 99th of a hundred. */
  readonly onlineMs: { readonly half: number; readonly p99: number };
  readonly faults: readonly FaultMeasure[];
}

export function measure(history: History): Measure {
  const { broadcasts, told, heard, wishes, asked, faults } = history;
  const delays = onlineDelays(history);
  const end = Math.max(0, ...broadcasts.map(({ startedAt, endedAt }) => endedAt ?? startedAt));
  return {
    broadcasts: broadcasts.length,
    tellings: told.reduce((sum, { streams }) => sum + streams.length, 0),
    wishes: wishes.length,
    requests: asked.length,
    messages: heard.length,
    repeats: heard.length - new Set(heard.map(({ eventId }) => eventId)).size,
    longestSilenceMs: longestGap(heard.map(({ at }) => at).filter((at) => at <= end)),
    onlineMs: { half: quantile(delays, 0.5), p99: quantile(delays, 0.99) },
    faults: [...grouped(faults, ({ name }) => name)].map(([name, own]) => measureFault(name, own, history)),
  };
}

function measureFault(name: string, own: readonly Fault[], history: History): FaultMeasure {
  const firsts = own.map((fault) => firstTold(fault, history));
  const caughtUp = own.map((fault) => caughtUpMs(fault, history)).filter((ms) => ms !== null);
  return {
    name,
    times: own.length,
    brokenMs: own.reduce((sum, { begin, end }) => sum + end - begin, 0),
    firstToldMs: firsts.includes(Infinity) ? null : Math.max(...firsts),
    caughtUpMs: caughtUp.length === 0 ? null : Math.max(...caughtUp),
  };
}

function firstTold({ end, platforms }: Fault, { told }: History): number {
  const next = told.filter(({ at, platform }) => at >= end && (platforms?.includes(platform) ?? true));
  return next.reduce((first, { at }) => Math.min(first, at), Infinity) - end;
}

function caughtUpMs({ begin, end, platforms }: Fault, { broadcasts, told }: History): number | null {
  const begun = new Set(
    broadcasts
      .filter(
        ({ startedAt, platform }) => begin <= startedAt && startedAt <= end && (platforms?.includes(platform) ?? true),
      )
      .map(({ platform, id }) => `${platform}/${id}`),
  );
  const times = told
    .filter(
      ({ direction, platform, streams }) =>
        direction === 'online' && streams.some(({ id }) => begun.has(`${platform}/${id}`)),
    )
    .map(({ at }) => Math.max(0, at - end));
  return times.length === 0 ? null : Math.max(...times);
}

function onlineDelays({ broadcasts, told, wishes }: History): number[] {
  const starts = new Map(broadcasts.map(({ platform, id, startedAt }) => [`${platform}/${id}`, startedAt]));
  const wanted = new Map<string, number>();
  for (const { what, at, platform, key } of wishes) {
    if (what === 'follow' && !wanted.has(`${platform}/${key}`)) wanted.set(`${platform}/${key}`, at);
  }
  return told
    .filter(({ direction }) => direction === 'online')
    .flatMap(({ at, platform, streams }) =>
      streams.map(({ id, key }) => {
        const since = Math.max(starts.get(`${platform}/${id}`) ?? at, wanted.get(`${platform}/${key}`) ?? 0);
        return at - since;
      }),
    );
}

function longestGap(times: readonly number[]): number {
  return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? at)), 0);
}
