import type { Platform } from '../src/shared/domain/platform.ts';
import { isOver, type Streamer, type TrueBroadcast, type Upload } from './broadcast.ts';
import { WorldError } from './transitions.ts';

/** An account with what belongs to it, newest last. */
interface Account {
  streamer: Streamer;
  readonly broadcastIds: Set<string>;
  readonly uploads: Upload[];
}

/** More uploads than a feed shows are of no use to anybody. */
const UPLOADS_KEPT = 60;

/** Where the world's streamers and broadcasts are kept and found. Bounded: of what is over, the oldest is forgotten. */
export type Register = ReturnType<typeof createRegister>;

/** @param historyLimit how many broadcasts that are over are remembered */
export function createRegister(historyLimit: number) {
  const accounts = new Map<string, Account>();
  const byUserId = new Map<string, Account>();
  const byLogin = new Map<string, Account>();
  const broadcasts = new Map<string, TrueBroadcast>();
  const over = new Set<string>();
  const uploaders = new Map<string, Account>();
  let forgotten = 0;

  function account(platform: Platform, identifier: string): Account {
    const found = accounts.get(entry(platform, identifier));
    if (!found) throw new WorldError(`${platform} has no streamer ${identifier}`);
    return found;
  }

  function forgetOldest(): void {
    for (const key of over) {
      if (over.size <= historyLimit) return;
      const broadcast = broadcasts.get(key);
      over.delete(key);
      broadcasts.delete(key);
      forgotten += 1;
      if (broadcast) account(broadcast.platform, broadcast.identifier).broadcastIds.delete(broadcast.id);
    }
  }

  function link(held: Account): void {
    const { platform, userId, login } = held.streamer;
    byUserId.set(entry(platform, userId), held);
    byLogin.set(entry(platform, login.toLowerCase()), held);
  }

  return {
    add(streamer: Streamer): Streamer {
      const key = entry(streamer.platform, streamer.identifier);
      if (accounts.has(key)) throw new WorldError(`${key} exists already`);
      const held = { streamer, broadcastIds: new Set<string>(), uploads: [] };
      accounts.set(key, held);
      link(held);
      return streamer;
    },
    update(streamer: Streamer): Streamer {
      const held = account(streamer.platform, streamer.identifier);
      byLogin.delete(entry(streamer.platform, held.streamer.login.toLowerCase()));
      held.streamer = streamer;
      link(held);
      return streamer;
    },
    keep(broadcast: TrueBroadcast): void {
      const key = entry(broadcast.platform, broadcast.id);
      broadcasts.set(key, broadcast);
      account(broadcast.platform, broadcast.identifier).broadcastIds.add(broadcast.id);
      if (isOver(broadcast)) over.add(key);
      forgetOldest();
    },
    addUpload(platform: Platform, identifier: string, upload: Upload): Upload {
      const held = account(platform, identifier);
      held.uploads.push(upload);
      uploaders.set(upload.id, held);
      const dropped = held.uploads.length > UPLOADS_KEPT ? held.uploads.shift() : undefined;
      if (dropped) uploaders.delete(dropped.id);
      return upload;
    },

    /** @throws WorldError when there is none, deleted or not */
    known: (platform: Platform, identifier: string): Streamer => account(platform, identifier).streamer,
    streamer: (platform: Platform, identifier: string) => accounts.get(entry(platform, identifier))?.streamer,
    byUserId: (platform: Platform, userId: string) => byUserId.get(entry(platform, userId))?.streamer,
    /** Logins are found in whatever case, as on all four platforms. */
    byLogin: (platform: Platform, login: string) => byLogin.get(entry(platform, login.toLowerCase()))?.streamer,
    streamers: (platform: Platform): Streamer[] =>
      [...accounts.values()].map((held) => held.streamer).filter((streamer) => streamer.platform === platform),
    broadcast: (platform: Platform, id: string) => broadcasts.get(entry(platform, id)),
    /** Oldest first. */
    broadcastsOf: ({ platform, identifier }: Streamer): TrueBroadcast[] =>
      [...account(platform, identifier).broadcastIds].flatMap((id) => broadcasts.get(entry(platform, id)) ?? []),
    uploadsOf: ({ platform, identifier }: Streamer): readonly Upload[] => account(platform, identifier).uploads,
    /** Whose plain video it is. */
    uploader: (id: string) => uploaders.get(id)?.streamer,
    broadcasts: (): TrueBroadcast[] => [...broadcasts.values()],
    forgotten: (): number => forgotten,
  };
}

function entry(platform: Platform, id: string): string {
  return `${platform}/${id}`;
}
