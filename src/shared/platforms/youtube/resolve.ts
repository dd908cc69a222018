import type { StreamName } from '../../domain/follow.ts';
import { nameText, type Resolution } from '../adapter.ts';
import { batchesOf, gathered } from '../batches.ts';
import type { Budget } from '../budget.ts';
import type { ChannelRow } from './answers.ts';
import { YOUTUBE_BATCH, type YoutubeClient } from './client.ts';

export interface ResolveParts {
  readonly client: YoutubeClient;
  /** What may be spent on names, out of the units. */
  readonly allowance: Budget;
}

const VIDEO_ID = /^[\w-]{11}$/;

/**
 * Finds the channels of videos (50 a unit), handles and old user names (one each). A `/c/` name has no look-up of its
 * own; most are the channel's handle too, so that is what is tried.
 */
export async function resolveNames(
  { client, allowance }: ResolveParts,
  names: readonly StreamName[],
  signal: AbortSignal,
): Promise<Map<string, Resolution>> {
  const isVideo = ({ kind, name }: StreamName): boolean => kind === 'video' && VIDEO_ID.test(name);
  const batches = [
    ...batchesOf(names.filter(isVideo), YOUTUBE_BATCH),
    ...batchesOf(
      names.filter(({ kind }) => kind !== 'video'),
      1,
    ),
  ];
  const resolved = await gathered<StreamName, string, Resolution>(batches, async (batch) => {
    await allowance.spend(signal);
    const [first] = batch;
    if (first === undefined) return [];
    if (first.kind !== 'video') return [[nameText(first), await resolveChannel(client, first, signal)]];
    const ids = [...new Set(batch.map(({ name }) => name))];
    const owners = await client.ownersOf(ids, signal);
    return batch.map((name) => [nameText(name), found(owners.get(name.name))]);
  });
  for (const name of names)
    if (name.kind === 'video' && !isVideo(name)) resolved.set(nameText(name), { kind: 'missing' });
  return resolved;
}

async function resolveChannel(client: YoutubeClient, { kind, name }: StreamName, signal: AbortSignal) {
  const byUser = kind === 'user' ? await client.channelBy('forUsername', name, signal) : null;
  const byHandle = kind === 'user' ? null : await client.channelBy('forHandle', `@${name.replace(/^@/, '')}`, signal);
  return ofChannel(byUser ?? byHandle);
}

function ofChannel(channel: ChannelRow | null): Resolution {
  if (channel === null) return { kind: 'missing' };
  const { title, customUrl } = channel.snippet ?? {};
  return { kind: 'found', identifier: channel.id, ...(title && { title }), ...(customUrl && { login: customUrl }) };
}

function found(identifier: string | undefined): Resolution {
  return identifier === undefined ? { kind: 'missing' } : { kind: 'found', identifier };
}
