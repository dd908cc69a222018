/** One thing of one key that a platform is asked to tell us of. */
export interface PushTopic {
  readonly identifier: string;
  readonly topic: string;
}

/**
 * `wanted`: to be asked for. `pending`: asked for, not confirmed. `active`: we are told. `failed`: to be tried again.
 * `leaving`: nobody wants it any more, to be ended.
 */
export type PushState = 'wanted' | 'pending' | 'active' | 'failed' | 'leaving';

/** A subscription as the table has it. */
export interface KnownPush extends PushTopic {
  readonly state: PushState;
  readonly remoteId: string | null;
  /** With which secret and callback it was made; null: it was never asked for. */
  readonly mark: string | null;
}

/** A subscription as the platform lists it. */
export interface RemotePush extends PushTopic {
  readonly remoteId: string;
  readonly state: 'pending' | 'active' | 'dead';
  /** Made for this callback and transport; one for another is not ours to touch. */
  readonly ours: boolean;
}

export interface PushDiff {
  /** Asked for as the table says, and not there any more: to be made anew. */
  readonly lost: readonly KnownPush[];
  /** There, but the table knows it by no id, by another, or in another state. */
  readonly adopted: readonly RemotePush[];
  /** Ours and of no use: dead, or there twice. */
  readonly useless: readonly RemotePush[];
  /** Ours and alive, of a key or topic that the table does not ask for. To be ended only where nobody wants the key, surely. */
  readonly strays: readonly RemotePush[];
}

/**
 * Compares what we asked a platform for with what it lists. Pure.
 * @param mark of today's secret and callback; what was made with another one is not adopted, it will be made anew
 */
export function diffPush(known: readonly KnownPush[], remote: readonly RemotePush[], mark: string): PushDiff {
  const ours = remote.filter((one) => one.ours);
  const alive = new Map<string, RemotePush[]>();
  for (const one of ours) if (one.state !== 'dead') alive.set(textOf(one), [...(alive.get(textOf(one)) ?? []), one]);
  const rows = new Map(known.map((row) => [textOf(row), row]));
  const diff = { lost: [] as KnownPush[], adopted: [] as RemotePush[], useless: [] as RemotePush[] };
  for (const [text, row] of rows) {
    const kept = keptOf(row, alive.get(text) ?? [], mark);
    if (kept && (kept.remoteId !== row.remoteId || kept.state !== row.state)) diff.adopted.push(kept);
    if (!kept && (row.state === 'pending' || row.state === 'active')) diff.lost.push(row);
    for (const one of alive.get(text) ?? []) {
      if (one !== kept && one.remoteId !== row.remoteId) diff.useless.push(one);
    }
  }
  diff.useless.push(...ours.filter((one) => one.state === 'dead'));
  const strays = [...alive].filter(([text]) => !rows.has(text)).flatMap(([, ones]) => ones);
  return { ...diff, strays };
}

/** Which of those on the platform serves the row. What is to be made anew, or ended, keeps none: its id still says which that is. */
function keptOf(row: KnownPush, there: readonly RemotePush[], mark: string): RemotePush | undefined {
  if (row.state === 'leaving' || (row.mark !== null && row.mark !== mark)) return undefined;
  const asked = row.state === 'pending' || row.state === 'active';
  if (!asked && row.remoteId !== null) return undefined;
  return there.find((one) => one.remoteId === row.remoteId) ?? there.find((one) => one.state === 'active') ?? there[0];
}

function textOf({ identifier, topic }: PushTopic): string {
  return `${topic} ${identifier}`;
}
