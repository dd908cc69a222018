import type { Context } from '../context.ts';
import { FOLLOW_CHANNEL, HEARD_PREFIX, UNFOLLOW_CHANNEL } from '../shared/contracts/channels.ts';
import { HINT_CHANNELS, readHintMessage } from '../shared/contracts/hint-messages.ts';
import { publishAt } from '../shared/pubsub/publish-at.ts';
import { createAdapters } from '../shared/platforms/registry.ts';
import { isWhole, type Reject } from '../shared/store/reject-store.ts';
import { wireWords } from '../wiring/neighbours.ts';
import { wireTracking } from '../wiring/tracking.ts';

/**
 * Has a refused message read again: a follow by whoever listens, a hint right here, because the bot listens to those
 * channels too and would take what is published there for something new.
 * @returns what came of it, for people
 */
export async function replayReject(context: Context, reject: Reject): Promise<string> {
  const { id, channel, payload, size } = reject;
  if (!isWhole(reject)) {
    throw new Error(`reject ${id}: its ${size} bytes were not kept whole; have its publisher send it again`);
  }
  if (HINT_CHANNELS.includes(channel)) return takeHint(context, reject);
  if (channel !== FOLLOW_CHANNEL && channel !== UNFOLLOW_CHANNEL) {
    const readable = [FOLLOW_CHANNEL, UNFOLLOW_CHANNEL, ...HINT_CHANNELS].join(', ');
    throw new Error(`reject ${id}: came on ${channel}, expected one of ${readable}; not replayed`);
  }
  const listeners = await publishAt(context.redis, HEARD_PREFIX, { channel, message: payload });
  if (listeners === 0) {
    throw new Error(`reject ${id}: nobody listens to ${channel}; start "tallylight run listen", then replay it again`);
  }
  return `published again on ${channel}, heard by ${listeners}; if it is refused again it appears in: tallylight rejects`;
}

async function takeHint(context: Context, { id, channel, payload }: Reject): Promise<string> {
  const reading = readHintMessage(channel, Buffer.from(payload));
  if (reading.kind === 'refused') throw new Error(`reject ${id}: is still refused, ${reading.reason}`);
  const tracking = wireTracking(context);
  const { adapters } = createAdapters(context.config, context);
  const words = wireWords(context, { tracking, adapters });
  try {
    await words.take([reading.word]);
    await words.end();
  } finally {
    await tracking.close();
  }
  return `taken as ${channel} would have been; what is tracked of it is looked at now`;
}
