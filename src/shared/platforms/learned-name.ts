import type { StreamName } from '../domain/follow.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import { readKey } from './key.ts';
import type { PlatformData } from './platform-data.ts';

/** A name and the identifier it stands for. */
export interface NamedKey {
  readonly name: StreamName;
  readonly identifier: string;
}

/** What a publisher taught us of a key's name; undefined when it said nothing of it. */
export function learnedName(key: StreamKey, data: PlatformData | null): NamedKey | undefined {
  if (!data?.login || data.userId !== key.identifier) return undefined;
  const read = readKey(key.platform, `@${data.login.replace(/^@/, '')}`);
  return read.kind === 'name' ? { name: read.name, identifier: key.identifier } : undefined;
}
