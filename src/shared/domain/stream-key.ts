import { isPlatform, type Platform } from './platform.ts';

/** One channel of one platform, by the platform's own lasting identifier. */
export interface StreamKey {
  readonly platform: Platform;
  readonly identifier: string;
}

const IDENTIFIER = /^[^\p{C}\s]{1,128}$/u;

/** Whether a text can be an identifier at all: Redis holds any bytes, the tables do not. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text);
}

/** The text form, `youtube/UC…`: scheduler ids, logs, tables and the command line all use it. */
export function keyText(key: StreamKey): string {
  return `${key.platform}/${key.identifier}`;
}

/** Reads the text form. An identifier may itself hold `/` or `:`, so only the first `/` separates. */
export function parseKeyText(text: string): StreamKey | undefined {
  const slash = text.indexOf('/');
  const platform = text.slice(0, slash);
  const identifier = text.slice(slash + 1);
  return slash > 0 && identifier !== '' && isPlatform(platform) ? { platform, identifier } : undefined;
}

/** Categories of the bot: a follow of one stands for every channel of that type, and is itself never polled. */
export const CATEGORIES: readonly string[] = ['holo', '2434', 'other', 'all'];

export function isCategory(key: StreamKey): boolean {
  return key.platform === 'youtube' && CATEGORIES.includes(key.identifier);
}
