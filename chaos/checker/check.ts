import { checkListener, type Due, type Telling } from './check-listener.ts';
import { checkPolled } from './check-polled.ts';
import { checkWire } from './check-wire.ts';
import type { Difference } from './difference.ts';
import { type Circumstances, offlineDuty, onlineDuty, seemingEnds } from './duty.ts';
import type { Asked, Heard, Told } from './entry.ts';
import { followedSpans, isFollowed } from './followed.ts';
import { grouped } from './grouped.ts';
import type { History } from './history.ts';
import { type Session, sessionsOf } from './sessions.ts';
import { sightOf } from './sight.ts';
import { type Span, type Unclear, unclearTimes } from './unclear.ts';

/**
 * Compares what everybody was told, and what the platforms were asked, with what was.
 * It knows the wire and the truth, and nothing of the program that is judged.
 * @returns nothing when they agree
 */
export function check(history: History): Difference[] {
  const { rules, faults, told, heard } = history;
  const unclear = unclearTimes(faults, rules);
  const due = dueOf(history, unclear);
  const known = new Set(history.broadcasts.map(({ platform, id }) => `${platform}/${id}`));
  const listeners = grouped(told, ({ shard }) => shard);
  return [
    ...history.unreadable.map(({ text }) => ({ kind: 'unreadable' as const, about: 'wire', text: text.slice(0, 200) })),
    ...rules.shards.flatMap((shard) =>
      checkListener({
        listener: `shard ${shard}`,
        tellings: tellingsOf(listeners.get(shard) ?? []),
        due,
        rules,
        unclear,
      }),
    ),
    ...checkWire(tellingsOf(heard), known),
    ...checkPolled({ ...history, followed: followedOf(history), names: namesOf(history) }),
  ];
}

/** Every session with what has to be told of it. */
export function dueOf(history: History, unclear: Unclear): Due[] {
  const { rules, broadcasts } = history;
  const [followed, names] = [followedOf(history), namesOf(history)];
  const looks = looksOf(history.asked, names);
  const until = lastMoment(history);
  const sight = sightOf(unclear, rules, ({ platform, key, ...part }) => looks({ platform, key, parts: [part] }));
  return sessionsOf(broadcasts, sight).map((session) => {
    const key = `${session.platform}/${session.key}`;
    const circumstances: Circumstances = {
      ...{ unclear, rules, until, followed: followed.get(key) ?? [] },
      looks: looks(session),
    };
    return {
      ...{ session, isLeft: !isFollowed(circumstances.followed), seemingEnds: seemingEnds(session, circumstances) },
      ...{ online: onlineDuty(session, circumstances), offline: offlineDuty(session, circumstances) },
    };
  });
}

function followedOf({ wishes }: History): Map<string, Span[]> {
  const byKey = grouped(wishes, ({ platform, key }) => `${platform}/${key}`);
  return new Map([...byKey].map(([key, own]) => [key, followedSpans(own)]));
}

/** What may be asked for when somebody asks for a key. */
function namesOf({ streamers, broadcasts }: History): Map<string, Set<string>> {
  const names = new Map(streamers.map((one) => [`${one.platform}/${one.key}`, new Set([one.key, ...one.names])]));
  for (const { platform, key, id } of broadcasts) names.get(`${platform}/${key}`)?.add(id);
  return names;
}

/**
 * The requests that must have shown a session: on YouTube, where a channel's list may lag behind, those for the video
 * itself; elsewhere those for its streamer too.
 */
function looksOf(asked: readonly Asked[], names: ReadonlyMap<string, ReadonlySet<string>>) {
  const byName = new Map<string, Asked[]>();
  for (const one of asked) {
    if (!one.good) continue;
    for (const id of one.ids) {
      const name = `${one.platform}/${id}`;
      const known = byName.get(name);
      if (known) known.push(one);
      else byName.set(name, [one]);
    }
  }
  return ({
    platform,
    key,
    parts,
  }: Pick<Session, 'platform' | 'key'> & { parts: readonly { id: string }[] }): Asked[] => {
    const ids = parts.map(({ id }) => id);
    const all = platform === 'youtube' ? ids : [...ids, ...(names.get(`${platform}/${key}`) ?? [])];
    const found = [...new Set(all)].flatMap((id) => byName.get(`${platform}/${id}`) ?? []);
    return [...new Set(found)].sort((a, b) => a.at - b.at);
  };
}

function lastMoment({ quiet, told, asked }: History): number {
  return quiet?.from ?? Math.max(0, told.at(-1)?.at ?? 0, asked.at(-1)?.at ?? 0);
}

function tellingsOf(events: readonly (Heard | Told)[]): Telling[] {
  return events.flatMap((event) => {
    const isGuess = event.what === 'told' && event.source === 'snapshot';
    const { at, direction, platform, eventId } = event;
    return event.streams.map((stream) => ({ ...stream, at, direction, platform, eventId, isGuess }));
  });
}
