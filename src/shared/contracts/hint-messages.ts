import { isLosslessNumber } from 'lossless-json';
import type { StreamName } from '../domain/follow.ts';
import { isCategory, type StreamKey } from '../domain/stream-key.ts';
import type { Platform } from '../domain/platform.ts';
import { shown } from '../domain/shown.ts';
import { readKey } from '../platforms/key.ts';
import { JsonRefusal, MAX_MESSAGE_BYTES, parseJson } from './json.ts';
import { fieldsOf, isPlainObject, type PlainObject } from './plain-json.ts';

/** What the recorder tells of a video, by the ends of its channels' names. */
export type RecorderWord = 'startstream' | 'endstream' | 'memberonly' | 'unarchived' | 'deletestream';

/** What a neighbour says: that something of a channel, or of one broadcast, may have changed. */
export interface NeighbourWord {
  readonly platform: Platform;
  /** The channel, where the message names it; some name it by what must be resolved first. */
  readonly channel: StreamKey | StreamName | null;
  readonly broadcastId: string | null;
  /** Set when the recorder says it. */
  readonly recorder: RecorderWord | null;
  /** The recorder had to be a member to see it. */
  readonly membersOnly: boolean;
  /** The platform pushes this channel no more: it is to be subscribed again. */
  readonly resubscribe: boolean;
}

export type HintReading =
  | { readonly kind: 'word'; readonly word: NeighbourWord }
  /** `reason` says what was expected, and what came. */
  | { readonly kind: 'refused'; readonly reason: string };

/** @throws Unusable, JsonRefusal */
type Reader = (raw: Buffer) => NeighbourWord;

/** The channels of the bot's backend and of the recorder that tell us to look; of each, how it is read. */
const READERS: Readonly<Record<string, Reader>> = {
  'youtube.startstream': recorderSays('startstream'),
  'youtube.endstream': recorderSays('endstream'),
  'youtube.memberonly': recorderSays('memberonly'),
  'youtube.unarchived': recorderSays('unarchived'),
  'youtube.deletestream': recorderSays('deletestream'),
  'youtube.addstream': addedByHand,
  'youtube.pubsub.CreateOrUpdate': videoNotice,
  'youtube.pubsub.Deleted': videoNotice,
  'youtube.pubsub.NeedRegister': needRegister,
  'twitch:stream_offline': twitchNotice,
  'twitch:channel_update': twitchNotice,
  'twitcasting.pubsub.startlive': twitcastingNotice,
};

export const HINT_CHANNELS: readonly string[] = Object.keys(READERS);

/** Reads one message of a hint channel. Never throws. */
export function readHintMessage(channel: string, raw: Buffer): HintReading {
  const reader = Object.hasOwn(READERS, channel) ? READERS[channel] : undefined;
  if (!reader)
    return { kind: 'refused', reason: `message: expected a channel of hints, got ${shown(cleared(channel))}` };
  try {
    return { kind: 'word', word: reader(raw) };
  } catch (error) {
    const known = error instanceof Unusable || error instanceof JsonRefusal;
    return { kind: 'refused', reason: known ? error.message : `message: cannot be read: ${error}` };
  }
}

const SIGNATURE = /("signature"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi;

/** A message as it may be kept and shown: TwitCasting signs its webhooks with a constant, which is a secret. */
export function withoutSignature(raw: Buffer): Buffer {
  const text = raw.toString('latin1');
  const clean = text.replace(SIGNATURE, '$1""');
  return clean === text ? raw : Buffer.from(clean, 'latin1');
}

class Unusable extends Error {}

const NOTHING_SAID = { channel: null, broadcastId: null, recorder: null, membersOnly: false, resubscribe: false };
const VIDEO_ID = /^[\w-]{11}$/;
const BROADCAST_ID = /^[\w-]{1,64}$/;
/** `{id}:1` is members-only, `{id}:0` is not; older recorders give the bare id. */
const RECORDED = /^([\w-]{11})(?::([01]))?$/;

/** The oldest recorders give `{"VideoId":…}` instead of a plain text. */
function recorderSays(recorder: RecorderWord): Reader {
  return (raw) => {
    const said = textOf(raw);
    const text = said.startsWith('{') ? (videoId(objectOf(raw)) ?? '') : said;
    const [, id, mark] = RECORDED.exec(text) ?? [];
    if (id === undefined) throw unusable('a video id of 11 characters', said);
    const membersOnly = recorder === 'memberonly' || mark === '1';
    return { ...NOTHING_SAID, platform: 'youtube', broadcastId: id, recorder, membersOnly };
  };
}

/** A person gives a video id, or any address that names a video or its channel. */
function addedByHand(raw: Buffer): NeighbourWord {
  const text = textOf(raw);
  if (VIDEO_ID.test(text)) return { ...NOTHING_SAID, platform: 'youtube', broadcastId: text };
  const read = readKey('youtube', text);
  if (read.kind === 'name' && read.name.kind === 'video') {
    return { ...NOTHING_SAID, platform: 'youtube', broadcastId: read.name.name };
  }
  const channel = targetOf(read);
  if (channel === null) throw unusable('a video id of 11 characters, or an address of YouTube', text);
  return { ...NOTHING_SAID, platform: 'youtube', channel };
}

/** `VideoId`, `ChannelId` and more; of a deleted video nearly all of it is null. */
function videoNotice(raw: Buffer): NeighbourWord {
  const notice = objectOf(raw);
  const broadcastId = videoId(notice);
  const channel = youtubeChannel(plainText(fieldsOf(notice, ['channel_id']).channel_id) ?? '');
  if (broadcastId === null && channel === null) throw unusable('a VideoId or a ChannelId', textOf(raw));
  return { ...NOTHING_SAID, platform: 'youtube', broadcastId, channel };
}

function needRegister(raw: Buffer): NeighbourWord {
  const channel = youtubeChannel(textOf(raw));
  if (channel === null) throw unusable('a channel id (UC… of 24 characters)', textOf(raw));
  return { ...NOTHING_SAID, platform: 'youtube', channel, resubscribe: true };
}

function twitchNotice(raw: Buffer): NeighbourWord {
  const id = plainText(fieldsOf(objectOf(raw), ['broadcaster_user_id']).broadcaster_user_id) ?? '';
  const channel = targetOf(readKey('twitch', `twitch_id:${id}`));
  if (channel === null) throw unusable('BroadcasterUserId, digits only', textOf(raw));
  return { ...NOTHING_SAID, platform: 'twitch', channel };
}

/** TwitCasting's own webhook. The key is the screen id; where it lacks, the number of the user must do. */
function twitcastingNotice(raw: Buffer): NeighbourWord {
  const { broadcaster, movie } = fieldsOf(objectOf(raw), ['broadcaster', 'movie']);
  const { screen_id, id } = fieldsOf(isPlainObject(broadcaster) ? broadcaster : {}, ['screen_id', 'id']);
  const spelling = plainText(screen_id) ?? plainText(id) ?? '';
  const channel = targetOf(readKey('twitcasting', `twitcasting_user:${spelling}`));
  if (channel === null) throw unusable('broadcaster.screen_id or broadcaster.id', textOf(raw));
  const movieId = isPlainObject(movie) ? plainText(fieldsOf(movie, ['id']).id) : null;
  const broadcastId = movieId !== null && BROADCAST_ID.test(movieId) ? movieId : null;
  return { ...NOTHING_SAID, platform: 'twitcasting', channel, broadcastId };
}

function videoId(notice: PlainObject): string | null {
  const id = plainText(fieldsOf(notice, ['video_id']).video_id);
  return id !== null && VIDEO_ID.test(id) ? id : null;
}

function youtubeChannel(id: string): StreamKey | null {
  const read = readKey('youtube', `yt_channel:${id}`);
  return read.kind === 'key' && !isCategory(read.key) ? read.key : null;
}

function targetOf(read: ReturnType<typeof readKey>): StreamKey | StreamName | null {
  if (read.kind === 'name') return read.name;
  return read.kind === 'key' && !isCategory(read.key) ? read.key : null;
}

function objectOf(raw: Buffer): PlainObject {
  const value = parseJson(raw);
  if (isPlainObject(value)) return value;
  throw unusable('an object', textOf(raw));
}

function textOf(raw: Buffer): string {
  if (raw.length > MAX_MESSAGE_BYTES) {
    throw new Unusable(`message: expected at most ${MAX_MESSAGE_BYTES} bytes, got ${raw.length}`);
  }
  return raw.toString().trim();
}

function plainText(value: unknown): string | null {
  if (isLosslessNumber(value)) return value.toString();
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What came may hold a secret, as TwitCasting's webhooks do: it is named only where it is a plain text, and without it. */
function unusable(expected: string, got: string): Unusable {
  const what = got.startsWith('{') ? 'an object' : got.startsWith('[') ? 'a list' : shown(cleared(got));
  return new Unusable(`message: expected ${expected}, got ${what}`);
}

const cleared = (text: string): string => text.replace(SIGNATURE, '$1""');
