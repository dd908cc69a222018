import { isLosslessNumber } from 'lossless-json';

export type PlainObject = Record<string, unknown>;

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/** The wanted fields by their snake_case names, however the publisher cased them; null where it gave none. */
export function fieldsOf(value: PlainObject, wanted: readonly string[]): PlainObject {
  const fields = new Map<string, unknown>();
  for (const [name, content] of Object.entries(value)) {
    const plain = name.replaceAll('_', '').toLowerCase();
    if (content !== null && (!fields.has(plain) || wanted.includes(name))) fields.set(plain, content);
  }
  return Object.fromEntries(wanted.map((name) => [name, fields.get(name.replaceAll('_', '')) ?? null]));
}

/**
 * What the lossless parser built, as ordinary values: a number that a JavaScript number cannot hold
 * becomes text, `__proto__` is left out. Recursion is bounded by the depth that `parseJson` let through.
 */
export function toPlainJson(value: unknown): unknown {
  if (isLosslessNumber(value)) return plainNumber(value.toString());
  if (Array.isArray(value)) return value.map(toPlainJson);
  return isPlainObject(value) ? toPlainObject(value) : value;
}

export function toPlainObject(value: PlainObject): PlainObject {
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, inner]) => [key, toPlainJson(inner)]));
}

function plainNumber(text: string): number | string {
  return String(Number(text)) === text ? Number(text) : text;
}
