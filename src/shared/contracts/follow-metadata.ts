import type { Lane } from '../domain/follow.ts';
import { isPlainObject, type PlainObject, toPlainObject } from './plain-json.ts';

/** Most characters of metadata kept with a follow, as JSON. Of more, only the known keys are kept. */
const MAX_KEPT = 8_192;
const MAX_KEPT_VALUE = 1_024;
const KNOWN_KEYS = ['channel_title', 'channel_url', 'priority', 'record'];

const LANES = new Map<string, Lane>([
  ['urgent', 'urgent'],
  ['high', 'urgent'],
  ['normal', 'normal'],
  ['low', 'normal'],
]);

export interface FollowMetadata {
  /** The lane asked for by `priority`; null when it names none we know. */
  readonly priority: Lane | null;
  /** As said, but for `record`: where it is wished in any spelling, it is there as `record: true`. */
  readonly metadata: PlainObject | null;
}

/** @returns undefined when it is neither an object nor null */
export function readMetadata(value: unknown): FollowMetadata | undefined {
  if (value === null) return { priority: null, metadata: null };
  if (!isPlainObject(value)) return undefined;
  const metadata = withRecord(bounded(toPlainObject(value)));
  return { priority: laneOf(metadata), metadata };
}

function laneOf(metadata: PlainObject): Lane | null {
  const [, priority] = Object.entries(metadata).find(([key]) => key.toLowerCase() === 'priority') ?? [];
  return typeof priority === 'string' ? (LANES.get(priority.trim().toLowerCase()) ?? null) : null;
}

/** Whoever counts the wishes to record then need know but one spelling. */
function withRecord(metadata: PlainObject): PlainObject {
  const said = Object.entries(metadata).filter(([key]) => key.toLowerCase() === 'record');
  return said.some(([, value]) => isWished(value)) ? { ...metadata, record: true } : metadata;
}

/** An object is no wish, and may not even be a text: it brings its own `toString`. */
function isWished(value: unknown): boolean {
  return typeof value !== 'object' && ['true', '1'].includes(String(value).trim().toLowerCase());
}

function bounded(metadata: PlainObject): PlainObject {
  if (JSON.stringify(metadata).length <= MAX_KEPT) return metadata;
  return Object.fromEntries(KNOWN_KEYS.flatMap((known) => spellingOf(known, metadata)));
}

/** One spelling of a known key, or none: there are thousands of ways to write one in capitals and small letters. */
function spellingOf(known: string, metadata: PlainObject): [string, unknown][] {
  const usable = ([key, value]: [string, unknown]): boolean =>
    key.toLowerCase() === known && JSON.stringify(value).length <= MAX_KEPT_VALUE;
  return Object.entries(metadata).filter(usable).slice(0, 1);
}
