import type { StatusEvent } from '../shared/contracts/status-events.ts';
import { pause, untilDone } from './backoff.ts';
import {
  compare,
  isAhead,
  judgeEvent,
  judgeLog,
  judgeRepeat,
  type LogEntry,
  readEntry,
  type Snapshot,
  type Step,
} from './catch-up.ts';
import type { OnProblem } from './connection.ts';
import type { LogReader } from './log-reader.ts';
import type { Position } from './position.ts';
import { readStatusEvent } from './read-event.ts';
import type { Teller } from './teller.ts';

export interface ProgressParts {
  /** Where an earlier run came to. */
  readonly position: Position | null;
  readonly teller: Teller;
  readonly log: LogReader;
  readonly tellLiveAtFirst?: boolean;
  readonly compareMs?: number;
  readonly onProblem: OnProblem;
  readonly signal: AbortSignal;
}

/** Moves the position, one told step after the other. Its functions must not run beside each other. */
export interface Progress {
  position(): Position | null;
  /** @throws the signal's reason once it is aborted */
  hear(raw: Buffer): Promise<void>;
  /** Tells everything that Redis holds and this shard was not told. Throws as `hear` does. */
  comeLevel(): Promise<void>;
}

/** How often is asked for the new epoch while there is none, in ms. */
const WAIT_MS = 500;
const REDIS_RETRY_MS = 2_000;

export function createProgress(parts: ProgressParts): Progress {
  const { teller, log, tellLiveAtFirst = false, compareMs = 3_600_000, onProblem, signal } = parts;
  let position = parts.position;
  let compareFrom = 0;

  async function move(step: Step): Promise<void> {
    await teller.tell(step);
    position = step.next;
  }

  async function hear(raw: Buffer): Promise<void> {
    const event = readStatusEvent(raw);
    if (event?.Metadata.Repeat) return hearAgain(event);
    const verdict = event && position ? judgeEvent(position, event) : ({ kind: 'look' } as const);
    if (verdict.kind === 'step') await move(verdict.step);
    // The log holds what was published before anybody hears it, this event too.
    if (verdict.kind === 'look') await comeLevel();
  }

  async function hearAgain(event: StatusEvent): Promise<void> {
    // What is still to come is read from the log, in its order.
    if (position === null || isAhead(position, event)) await comeLevel();
    const step = position && judgeRepeat(position, event);
    if (step) await move(step);
  }

  async function comeLevel(): Promise<void> {
    for (let waited = false; ; ) {
      signal.throwIfAborted();
      const page = await asked(() => log.page(position));
      const verdict = judgeLog(position, page);
      if (verdict === 'read') await read(page.entries);
      if (verdict === 'snapshot') await compareWith(await asked(log.snapshot));
      if (verdict === 'level') return compareSometimes();
      if (verdict !== 'wait') continue;
      if (!waited) onProblem(new Error('Redis has lost the log: waiting until Tallylight begins a new epoch'));
      waited = true;
      await pause(WAIT_MS, signal);
    }
  }

  async function read(entries: readonly LogEntry[]): Promise<void> {
    for (const entry of entries) {
      const step = position && readEntry(position, entry);
      if (!step) return;
      await move(step);
    }
  }

  /** The snapshot is also put right without events, as when nobody follows a stream any more while it is live. */
  async function compareSometimes(): Promise<void> {
    if (performance.now() < compareFrom) return;
    const snapshot = await asked(log.snapshot);
    if (snapshot?.epoch !== position?.epoch || snapshot?.sequence !== position?.sequence) return;
    await compareWith(snapshot);
  }

  async function compareWith(snapshot: Snapshot | null): Promise<void> {
    if (snapshot === null) return;
    for (const step of compare(position, snapshot, tellLiveAtFirst)) await move(step);
    compareFrom = performance.now() + compareMs;
  }

  function asked<T>(question: () => Promise<T>): Promise<T> {
    const onFailure = (cause: unknown): void => onProblem(new Error('could not read the log, trying again', { cause }));
    return untilDone(question, { signal, maxMs: REDIS_RETRY_MS, onFailure });
  }

  return { position: () => position, hear, comeLevel };
}
