import type { StreamName } from '../shared/domain/follow.ts';
import { PLATFORMS } from '../shared/domain/platform.ts';
import { shown } from '../shared/domain/shown.ts';
import { parseKeyText, type StreamKey } from '../shared/domain/stream-key.ts';
import { readKey } from '../shared/platforms/key.ts';
import { UsageError } from './exit-codes.ts';

/** No spelling that several platforms take is longer. */
const MOST_REPEATED = 100;

/** What help says of a KEY. */
export const KEY_HELP = `KEY is an address (https://www.twitch.tv/someone), or the platform and any spelling of the channel behind a slash:
  youtube/UC81tUN0Ljo_kr7CYSgcNPXQ   youtube/@handle   youtube/holo
  twitch/141981764                   twitch/login
  twitter/2244994945                 twitter/screen_name
  twitcasting/screen_id              twitcasting/c:name`;

/**
 * Reads a channel as people write it.
 * @throws UsageError when it is none, or could be one of several platforms
 */
export function readKeyArgument(text: string): StreamKey | StreamName {
  const named = parseKeyText(text.trim());
  const readings = named
    ? [readKey(named.platform, named.identifier)]
    : PLATFORMS.map((platform) => readKey(platform, text));
  const targets = readings.flatMap((reading): (StreamKey | StreamName)[] => {
    if (reading.kind === 'refused') return [];
    return reading.kind === 'key' ? [reading.key] : [reading.name];
  });
  const [target, ...others] = targets;
  if (target && others.length === 0) return target;
  throw new UsageError(target ? ambiguous(text, targets) : refusal(text, readings[0]));
}

function ambiguous(text: string, targets: readonly (StreamKey | StreamName)[]): string {
  const spelling = text.replace(/\p{C}/gu, '').trim().slice(0, MOST_REPEATED);
  const choices = targets.map(({ platform }) => `${platform}/${spelling}`).join(', ');
  return `KEY ${shown(text)} could be of several platforms: say which, one of ${choices}`;
}

function refusal(text: string, reading: ReturnType<typeof readKey> | undefined): string {
  const isNamed = parseKeyText(text.trim()) !== undefined;
  if (isNamed && reading?.kind === 'refused') return reading.reason.replace('stream_key:', 'KEY:');
  return `KEY ${shown(text)}: expected an address, or a platform and a channel such as twitch/someone (platforms: ${PLATFORMS.join(', ')})`;
}
