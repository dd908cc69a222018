/** An escape that JSON allows and Postgres refuses: U+0000 and lone surrogates, which JSON.stringify writes as escapes. */
const REFUSED = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89ab][0-9a-f]{2}|d[c-f][0-9a-f]{2})/g;

/** JSON text that a jsonb column takes, whatever a publisher put into it. */
export function jsonbText(value: unknown): string {
  return JSON.stringify(value).replace(REFUSED, '$1\uFFFD');
}

/** Text that a text column takes. */
export function plainText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}
