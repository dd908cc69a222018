import type { StreamName } from '../domain/follow.ts';
import type { Platform } from '../domain/platform.ts';
import { shown } from '../domain/shown.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { PlatformData } from './platform-data.ts';

/** What a spelling turned out to be: a key, a name that the platform must resolve, or nothing we can follow. */
export type KeyReading =
  | { readonly kind: 'key'; readonly key: StreamKey }
  | { readonly kind: 'name'; readonly name: StreamName }
  | { readonly kind: 'refused'; readonly reason: string };

/** How one platform spells its channels. `readAddress` and `readBare` never throw. */
export interface KeyRules {
  /** Prefixes of the platform (`twitch_user:`), each with what it says of the text behind it. */
  readonly prefixes: Readonly<Record<string, (text: string, data: PlatformData | null) => KeyReading>>;
  /** Host names without `www.`. */
  readonly hosts: readonly string[];
  readAddress(address: URL, data: PlatformData | null): KeyReading;
  readBare(text: string, data: PlatformData | null): KeyReading;
}

export function key(platform: Platform, identifier: string): KeyReading {
  return { kind: 'key', key: { platform, identifier } };
}

export function name(platform: Platform, kind: StreamName['kind'], text: string): KeyReading {
  return { kind: 'name', name: { platform, kind, name: text } };
}

export function refused(expected: string, got: string): KeyReading {
  return { kind: 'refused', reason: `stream_key: expected ${expected}, got ${shown(got)}` };
}

/** The parts of the address's path, decoded where they can be. */
export function pathParts(address: URL): string[] {
  return address.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
}

/** True when the publisher told who `login` is. */
export function knownId(login: string, data: PlatformData | null): string | null {
  return data?.userId && data.login?.replace(/^@/, '').toLowerCase() === login ? data.userId : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
