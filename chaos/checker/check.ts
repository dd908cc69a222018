import { checkListener, type Due, type Telling } from './check-listener.ts';
import { checkPolled } from './check-polled.ts';
import { checkWatched } from './check-watched.ts';
import { checkWire } from './check-wire.ts';
import type { Difference } from './difference.ts';
import { type Circumstances, endTimes, offlineDuty, onlineDuty, seemingEnds } from './duty.ts';
import type { Broadcast, Heard, Streamer, Told } from './entry.ts';
import { followedSpans, isFollowed, unfollowedSpans } from './followed.ts';
import { grouped } from './grouped.ts';
import type { History } from './history.ts';
import { type Look, type Looks, looksOf } from './looks.ts';
import { type Session, sessionsOf } from './sessions.ts';
import { sightOf } from './sight.ts';
import { type Span, type Unclear, unclearTimes } from './unclear.ts';

/**
 * Compares what everybody was told, and what the platforms were asked, with what was.
 * It knows the wire and the truth, and nothing of the program that is judged.
 * @returns nothing when they agree
 */
export function check(history: History): Difference[] {
  const { rules, faults, asked, told, heard, streamers } = history;
  const unclear = unclearTimes(faults, asked, rules);
  const looks = looksOf(asked, unclear, rules.lookMs);
  const [followed, names] = [followedOf(history), namesOf(history)];
  const due = dueOf(history, { unclear, looks, followed, names });
  const known = new Set(history.broadcasts.map(({ platform, id }) => `${platform}/${id}`));
  const listeners = grouped(told, ({ shard }) => shard);
  const of = <T>(map: ReadonlyMap<string, T>, { platform, key }: Streamer) => map.get(`${platform}/${key}`);
  return [
    ...history.unreadable.map(({ text }) => ({ kind: 'unreadable' as const, about: 'wire', text: text.slice(0, 200) })),
    ...rules.shards.flatMap((shard) =>
      checkListener({ listener: `shard ${shard}`, tellings: tellingsOf(listeners.get(shard) ?? []), due, rules }),
    ),
    ...checkWire(tellingsOf(heard), known),
    ...checkPolled({ ...history, followed, names, unclear }),
    ...checkWatched({
      ...{ streamers, unclear, rules, until: lastMoment(history) },
      followed: (one) => of(followed, one) ?? [],
      looks: (one) => looks(one.platform, of(names, one) ?? []),
    }),
  ];
}

interface Known {
  readonly unclear: Unclear;
  readonly looks: Looks;
  readonly followed: ReadonlyMap<string, readonly Span[]>;
  /** What may be asked for when somebody asks for a key. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Every session with what has to be told of it. */
function dueOf(history: History, { unclear, looks, followed, names }: Known): Due[] {
  const [{ rules, broadcasts }, until] = [history, lastMoment(history)];
  // On YouTube a channel's list only leads to its videos; elsewhere whoever asks for a streamer is shown the broadcast.
  const looksAt = ({
    platform,
    key,
    parts,
  }: Pick<Session, 'platform' | 'key'> & { parts: readonly Broadcast[] }): readonly Look[] => {
    const ids = parts.map(({ id }) => id);
    return looks(platform, platform === 'youtube' ? ids : [...ids, ...(names.get(`${platform}/${key}`) ?? [])]);
  };
  const sight = sightOf(unclear, rules, (one) => looksAt({ ...one, parts: [one] }));
  const videos = new Set(broadcasts.map(({ id }) => id));
  return sessionsOf(broadcasts, sight).map((session) => {
    const key = `${session.platform}/${session.key}`;
    const channel = [...(names.get(key) ?? [])].filter((name) => !videos.has(name));
    const circumstances: Circumstances = {
      ...{ unclear, rules, until, followed: followed.get(key) ?? [], looks: looksAt(session) },
      listings: session.platform === 'youtube' ? looks(session.platform, channel) : [],
    };
    return {
      ...{ session, isLeft: !isFollowed(circumstances.followed) },
      unfollowed: unfollowedSpans(
        circumstances.followed,
        (at) => unclear.clearFrom(session.platform, at) + rules.unfollowMs,
      ),
      ends: [...endTimes(session, circumstances), ...seemingEnds(session, circumstances)],
      ...{ online: onlineDuty(session, circumstances), offline: offlineDuty(session, circumstances) },
    };
  });
}

function followedOf({ wishes }: History): Map<string, Span[]> {
  const byKey = grouped(wishes, ({ platform, key }) => `${platform}/${key}`);
  return new Map([...byKey].map(([key, own]) => [key, followedSpans(own)]));
}

function namesOf({ streamers, broadcasts }: History): Map<string, Set<string>> {
  const names = new Map(streamers.map((one) => [`${one.platform}/${one.key}`, new Set([one.key, ...one.names])]));
  for (const { platform, key, id } of broadcasts) names.get(`${platform}/${key}`)?.add(id);
  return names;
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
