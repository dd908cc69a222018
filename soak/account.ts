import type { Platform } from '../src/shared/domain/platform.ts';

export type Direction = 'online' | 'offline';

/** A broadcast as it truly was. Times in ms. */
export interface Began {
  readonly platform: Platform;
  readonly key: string;
  readonly id: string;
  readonly at: number;
  /** Its key is followed all the time, so everybody must hear of it. */
  readonly owed: boolean;
  /** It began before anybody could hear of it: how long that took means nothing. */
  readonly early: boolean;
}

/** What a shard's callback was given. */
export interface Told {
  readonly shard: string;
  readonly at: number;
  readonly direction: Direction;
  readonly platform: string;
  readonly streams: readonly { readonly id: string; readonly key: string }[];
}

/** How many tellings everybody should have had, and how many of them there were. */
export interface Tally {
  readonly due: number;
  readonly heard: number;
}

/** `missing`: not told. `twice`. `order`: not the turn of this change. `phantom`: of nothing that was. */
export interface Wrong {
  readonly kind: 'missing' | 'twice' | 'order' | 'phantom';
  readonly text: string;
}

export interface Delay {
  readonly platform: Platform;
  readonly direction: Direction;
  readonly ms: number;
  /** When it was heard. */
  readonly at: number;
}

export interface Account {
  began(broadcast: Began): void;
  ended(platform: string, id: string, at: number): void;
  told(told: Told): void;
  tally(): Tally;
  /** What is wrong by now; what is still on its way is among it. */
  wrong(): Wrong[];
  /** How long each telling took from the truth to a callback, in the order in which they were heard. */
  delays(): readonly Delay[];
}

interface Line extends Began {
  endedAt: number | null;
  /** `<shard> <direction>` of what was told. */
  readonly tellings: Set<string>;
}

/** Holds what was told against what was: every change of a followed key once to every shard, each in its turn. */
export function createAccount(shards: readonly string[]): Account {
  const lines = new Map<string, Line>();
  const inTurn = createTurns();
  const wrong: Wrong[] = [];
  const delays: Delay[] = [];
  let [due, heard] = [0, 0];

  function tellOne({ shard, direction, platform, at }: Told, { id, key }: { id: string; key: string }): void {
    const line = lines.get(`${platform}/${id}`);
    // Of a key that is unfollowed and followed again nothing can be demanded.
    if (line && !line.owed) return;
    const telling = `${shard} ${direction}`;
    const kind =
      kindOf(line, direction, telling) ?? (inTurn(shard, direction, `${platform}/${key}`, id) ? null : 'order');
    if (kind) wrong.push({ kind, text: `shard ${shard} was told ${direction} of ${platform}/${key}, broadcast ${id}` });
    if (!line || kind === 'twice' || kind === 'phantom') return;
    line.tellings.add(telling);
    heard += 1;
    if (line.early && direction === 'online') return;
    const happenedAt = direction === 'online' ? line.at : (line.endedAt ?? at);
    delays.push({ platform: line.platform, direction, ms: at - happenedAt, at });
  }

  return {
    began(broadcast) {
      if (broadcast.owed) due += shards.length;
      lines.set(`${broadcast.platform}/${broadcast.id}`, { ...broadcast, endedAt: null, tellings: new Set() });
    },
    ended(platform, id, at) {
      const line = lines.get(`${platform}/${id}`);
      if (line?.owed) due += shards.length;
      if (line) line.endedAt = at;
    },
    told(told) {
      for (const stream of told.streams) tellOne(told, stream);
    },
    tally: () => ({ due, heard }),
    wrong: () => [...wrong, ...[...lines.values()].flatMap((line) => missing(line, shards))],
    delays: () => delays,
  };
}

function kindOf(line: Line | undefined, direction: Direction, telling: string): 'phantom' | 'twice' | null {
  if (!line || (direction === 'offline' && line.endedAt === null)) return 'phantom';
  return line.tellings.has(telling) ? 'twice' : null;
}

function missing({ platform, key, id, owed, endedAt, tellings }: Line, shards: readonly string[]): Wrong[] {
  if (!owed) return [];
  const directions: Direction[] = endedAt === null ? ['online'] : ['online', 'offline'];
  return shards.flatMap((shard) =>
    directions
      .filter((direction) => !tellings.has(`${shard} ${direction}`))
      .map((direction) => {
        const text = `shard ${shard} was not told ${direction} of ${platform}/${key}, broadcast ${id}`;
        return { kind: 'missing', text };
      }),
  );
}

/** Whether it is the turn of a change: a key has one broadcast at a time here, and a shard hears its end before the next. */
function createTurns() {
  const running = new Map<string, string>();
  return (shard: string, direction: Direction, key: string, id: string): boolean => {
    const place = `${shard} ${key}`;
    const open = running.get(place);
    if (direction === 'online') running.set(place, id);
    else running.delete(place);
    return direction === 'online' ? open === undefined : open === id;
  };
}
