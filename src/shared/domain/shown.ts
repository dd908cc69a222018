/** Most characters of what somebody gave that a refusal repeats. */
const MOST = 80;

/** What somebody gave, as a refusal may repeat it: in quotation marks, not all of it, and nothing that a terminal would obey. */
export function shown(text: string): string {
  const part = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return JSON.stringify(part).replace(/\p{C}/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
