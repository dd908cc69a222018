import type { WorldView } from '../world.ts';
import type { Streamer } from '../broadcast.ts';
import { type Video, videoOfBroadcast, videoOfUpload } from './youtube-resources.ts';

/** The videos that the public sees of a channel, newest first: cancelled, deleted and private ones are not there. */
export function videosOf(world: WorldView, channel: Streamer): Video[] {
  const broadcasts = world.broadcastsOf(channel).filter((broadcast) => !broadcast.removed && !broadcast.cancelled);
  return [
    ...broadcasts.map((broadcast) => videoOfBroadcast(channel, broadcast)),
    ...world.uploadsOf(channel).map((upload) => videoOfUpload(channel, upload)),
  ].sort((a, b) => b.publishedAt.getTime() - a.publishedAt.getTime());
}

/** The video with this id, of whatever channel that still exists. */
export function videoById(world: WorldView, id: string): Video | undefined {
  const broadcast = world.broadcast('youtube', id);
  const uploader = world.uploader(id);
  const channel = broadcast ? world.streamer('youtube', broadcast.identifier) : uploader;
  if (!channel?.exists || broadcast?.removed || broadcast?.cancelled) return undefined;
  if (broadcast) return videoOfBroadcast(channel, broadcast);
  const upload = world.uploadsOf(channel).find((one) => one.id === id);
  return upload && videoOfUpload(channel, upload);
}
