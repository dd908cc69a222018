import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createFollowPublisher,
  createStreamListener,
  filePositionStore,
  type FollowPublisher,
  type RedisAccess,
} from '../../src/client/index.ts';
import type { StreamKey } from '../../src/shared/domain/stream-key.ts';

/** A shard as its bot would write it: with `tallylight/client`, which loses nothing. */
export interface ClientShard {
  readonly publisher: FollowPublisher;
  /** `online <id>` and `offline <id>` of one key, as its callbacks were told. */
  toldOf(key: StreamKey): string[];
  stop(): Promise<void>;
}

export async function startClientShard(access: RedisAccess): Promise<ClientShard> {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-shard-'));
  const told: { readonly key: string; readonly what: string }[] = [];
  const onProblem = (): undefined => undefined; // what is lost, and found again, is what its tests are about
  const publisher = createFollowPublisher({ ...access, directory, onProblem });
  const listener = createStreamListener({
    ...access,
    positions: filePositionStore(path.join(directory, 'position.journal')),
    onChange: ({ direction, streams }) => {
      for (const { Platform, ChannelId, VideoId } of streams) {
        told.push({ key: `${Platform}/${ChannelId}`, what: `${direction} ${VideoId}` });
      }
    },
    // Soon, so that a test need not wait for it.
    checkMs: 2_000,
    onProblem,
  });
  await Promise.all([publisher.start(), listener.start()]);
  return {
    publisher,
    toldOf: ({ platform, identifier }) =>
      told.filter(({ key }) => key === `${platform}/${identifier}`).map(({ what }) => what),
    async stop() {
      await Promise.all([publisher.close(), listener.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
