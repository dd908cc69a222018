import type { NeighbourWord } from '../shared/contracts/hint-messages.ts';
import type { StreamName } from '../shared/domain/follow.ts';
import type { Platform } from '../shared/domain/platform.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import type { MembersOnly } from '../shared/queues/members-only.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Metrics } from '../shared/runtime/metrics.ts';
import type { BroadcastStore } from '../shared/store/broadcast-store.ts';
import type { NameStore } from '../shared/store/name-store.ts';
import type { PushStore } from '../shared/store/push-store.ts';
import type { RecordingStore } from '../shared/store/recording-store.ts';
import type { GiveHint, Hint } from './hint.ts';
import { createPump } from './pump.ts';
import type { ResolveHinted } from './resolve-hinted.ts';
import { createSpacedHints } from './spaced-hints.ts';

/** A key is looked at on account of hints no more often than this, in ms. */
const EVERY_MS = 3_000;

/** Most hints that wait to know whose they are; the poll finds what the others were about. */
const MOST_STRANGERS = 500;

/** Most asked for at a time. */
const MOST_AT_A_TIME = 50;

export interface TakeWordsParts {
  readonly broadcasts: BroadcastStore;
  readonly names: Pick<NameStore, 'lookUp'>;
  readonly recordings: Pick<RecordingStore, 'noteSaid'>;
  readonly membersOnly: Pick<MembersOnly, 'add'>;
  readonly push: Pick<PushStore, 'askAgain'>;
  /** Has the subscriptions that are due asked for before their turn. */
  readonly pushSoon: () => Promise<void>;
  readonly resolveHinted: ResolveHinted;
  readonly hint: GiveHint;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'hints'>;
  readonly logger: Logger;
}

/**
 * Makes looks of what the neighbours say, and remembers the little that only they know: that a broadcast is for members
 * only, and what the recorder does with it. Nothing they say decides a state.
 *
 * Several listeners hear the same words. All that is written here is the same however often it is written, and looks at
 * one key are one look while they wait, so that their effect is that of one listener.
 */
export function createTakeWords(parts: TakeWordsParts) {
  const { broadcasts, names, recordings, membersOnly, push, metrics, clock, logger } = parts;
  const spaced = createSpacedHints({ give, everyMs: EVERY_MS, clock, logger });
  const strangers = new Map<string, Stranger>();
  const pump = createPump(askForStrangers);

  async function give(hints: readonly Hint[]): Promise<void> {
    const looks = await parts.hint(hints, 'hint');
    metrics.hints.inc({ result: 'look' }, looks);
    metrics.hints.inc({ result: 'untracked' }, hints.length - looks);
  }

  async function remember(words: readonly NeighbourWord[]): Promise<void> {
    const now = clock.now();
    const marked = words.flatMap((word) => (word.membersOnly && word.broadcastId ? [word.broadcastId] : []));
    if (marked.length > 0) {
      // The looks' own memory first: a look that finds the broadcast right now must find one of both.
      await membersOnly.add(marked, now);
      await broadcasts.markMembersOnly('youtube', marked);
    }
    await recordings.noteSaid(words, now);
    const lost = words.flatMap(({ resubscribe, channel }) =>
      resubscribe && isKey(channel) ? [channel.identifier] : [],
    );
    if (lost.length > 0 && (await push.askAgain('youtube', lost, now)) > 0) await parts.pushSoon();
  }

  async function askForStrangers(): Promise<boolean> {
    const some = [...strangers].slice(0, MOST_AT_A_TIME);
    for (const [name] of some) strangers.delete(name);
    try {
      const owners = await parts.resolveHinted(some.map(([, { name }]) => name));
      metrics.hints.inc({ result: 'unknown' }, some.length - owners.size);
      await spaced.take(some.flatMap(([text, stranger]) => hintOf(stranger, owners.get(text))));
    } catch (error) {
      logger.warn({ err: error, hints: some.length }, 'hints dropped, nobody can say now whose they are');
    }
    return strangers.size > 0;
  }

  return {
    /** @throws when Postgres or Redis is away; taking the same words again changes nothing */
    async take(words: readonly NeighbourWord[]): Promise<void> {
      await remember(words);
      // Whose subscription is lost needs no look: nothing is said to have changed.
      const { hints, unknown } = await sort(
        words.filter((word) => !word.resubscribe),
        { broadcasts, names },
      );
      await spaced.take(hints);
      for (const stranger of unknown) {
        if (strangers.size < MOST_STRANGERS) strangers.set(nameText(stranger.name), stranger);
      }
      if (strangers.size > 0) pump.kick();
    },
    /** Resolves when nothing waits any more. Never throws. */
    async end(): Promise<void> {
      await pump.rested();
      await spaced.end();
    },
  };
}

export type TakeWords = ReturnType<typeof createTakeWords>;

/** A hint of which no table says whose it is. */
interface Stranger {
  readonly name: StreamName;
  readonly broadcastId: string | null;
}

interface Sorted {
  readonly hints: Hint[];
  readonly unknown: Stranger[];
}

/** Whose each word is: by the channel it names, else by the table of broadcasts, else by the names that are remembered. */
async function sort(
  words: readonly NeighbourWord[],
  { broadcasts, names }: Pick<TakeWordsParts, 'broadcasts' | 'names'>,
): Promise<Sorted> {
  const ids = words.flatMap(({ channel, broadcastId }) => (channel === null && broadcastId ? [broadcastId] : []));
  const owners = await broadcasts.ownersOf('youtube', [...new Set(ids)]);
  const sorted: Sorted = { hints: [], unknown: [] };
  for (const { platform, channel, broadcastId } of words) {
    const owner = isKey(channel) ? channel.identifier : owners.get(broadcastId ?? '');
    const name = isKey(channel) ? null : (channel ?? videoName(broadcastId ?? ''));
    if (owner !== undefined) sorted.hints.push(hint(platform, owner, broadcastId));
    else if (name !== null) sorted.unknown.push({ name, broadcastId });
  }
  const remembered = await names.lookUp(sorted.unknown.map(({ name }) => name));
  const known = sorted.unknown.flatMap((stranger) =>
    hintOf(stranger, remembered.get(nameText(stranger.name))?.identifier),
  );
  const unknown = sorted.unknown.filter(({ name }) => !remembered.has(nameText(name)));
  return { hints: [...sorted.hints, ...known], unknown };
}

function hintOf({ name, broadcastId }: Stranger, identifier: string | undefined): Hint[] {
  return identifier === undefined ? [] : [hint(name.platform, identifier, broadcastId)];
}

function hint(platform: Platform, identifier: string, broadcastId: string | null): Hint {
  return { platform, identifier, ...(broadcastId !== null && { broadcastId }) };
}

function videoName(id: string): StreamName {
  return { platform: 'youtube', kind: 'video', name: id };
}

function isKey(channel: StreamKey | StreamName | null): channel is StreamKey {
  return channel !== null && 'identifier' in channel;
}
