import type { Context } from '../context.ts';
import type { StreamName } from '../shared/domain/follow.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import { createAdapters } from '../shared/platforms/registry.ts';
import { createNameStore } from '../shared/store/name-store.ts';
import { targetText } from './wish.ts';

/** How long (ms) a platform may take to say who somebody is. */
const WITHIN_MS = 10_000;

/**
 * The key of what an operator named, found out now: from the names that are remembered, else from the platform.
 * @throws when nobody can say
 */
export async function knownKey(context: Context, target: StreamKey | StreamName): Promise<StreamKey> {
  if ('identifier' in target) return target;
  const names = createNameStore(context.database);
  const remembered = (await names.lookUp([target])).get(nameText(target));
  if (remembered) return { platform: target.platform, identifier: remembered.identifier };
  const adapter = createAdapters(context.config, context).adapters.get(target.platform);
  if (!adapter) {
    throw new Error(
      `${targetText(target)}: nobody has told yet who this is, and no credentials are set for ${target.platform} here; give its identifier, as "tallylight list" shows it`,
    );
  }
  const answer = (await adapter.resolve([target], AbortSignal.timeout(WITHIN_MS))).get(nameText(target));
  if (answer?.kind !== 'found') {
    const why = answer ? `nobody on ${target.platform} has this name` : `${target.platform} did not say who this is`;
    throw new Error(`${targetText(target)}: ${why}`);
  }
  await names.remember([{ name: target, identifier: answer.identifier }], context.clock.now());
  return { platform: target.platform, identifier: answer.identifier };
}
