import { Command } from 'commander';
import type { Redis } from 'ioredis';
import type { Context } from '../context.ts';
import { LOG_KEY, OFFLINE_CHANNEL, ONLINE_CHANNEL } from '../shared/contracts/channels.ts';
import { type StatusEvent, statusEvent } from '../shared/contracts/status-events.ts';
import { openWaiting } from '../shared/runtime/redis.ts';
import { withContext } from './context.ts';
import { colors, print, printable, tell } from './output.ts';

interface WatchOptions {
  readonly json?: true;
  readonly for?: string;
}

export function watchCommand(): Command {
  return new Command('watch')
    .description(
      'Listens like a shard to streams.online and streams.offline, and prints what it hears until it is stopped. Pub/Sub keeps nothing: what was published before, or while Redis was away, is in the log, not here.',
    )
    .option('--json', 'print each event as it was published, one a line')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight watch
  $ tallylight watch --json | jq -r '.Streams[].StreamUrl'`,
    )
    .action((options: WatchOptions) => withContext({}, (context) => watch(context, options)));
}

async function watch(context: Context, options: WatchOptions): Promise<void> {
  const redis = openWaiting(context.redisUrl, LOG_KEY, context.logger);
  redis.on('message', (channel, message) => {
    const line = options.json ? oneLine(message) : describe(channel, message);
    print(line);
  });
  tellOfLosses(redis);
  await redis.subscribe(ONLINE_CHANNEL, OFFLINE_CHANNEL);
  tell('listening to streams.online and streams.offline, Ctrl-C ends it');
  await interrupted();
  redis.disconnect();
}

/** Events published meanwhile are not heard, so whoever watches has to know. */
function tellOfLosses(redis: Redis): void {
  let lost = false;
  redis.on('close', () => {
    if (!lost) tell('Redis is lost; events published now are not shown');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) tell('Redis is back');
    lost = false;
  });
}

/** Resolves with the first signal that asks to end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function describe(channel: string, message: string): string {
  const event = statusEvent.safeParse(parsed(message));
  if (event.success) return event.data.Streams.map((stream) => describeStream(event.data, stream)).join('\n');
  return colors.yellow(`not an event we know on ${channel}: ${printable(message.slice(0, 200))}`);
}

function describeStream(event: StatusEvent, stream: StatusEvent['Streams'][number]): string {
  const state = event.IsOnline ? colors.red('online ') : colors.dim('offline');
  const key = `${stream.Platform}/${stream.ChannelId}`;
  const words = [key, stream.ChannelTitle, `“${stream.VideoTitle}”`, stream.StreamUrl ?? stream.VideoId];
  const again = event.Metadata.Repeat ? ' again' : '';
  return `${event.Timestamp} ${state} ${printable(words.join('  '))}  #${printable(event.Metadata.Sequence)}${again}`;
}

function oneLine(message: string): string {
  const value = parsed(message);
  return JSON.stringify(value === undefined ? { unreadable: message } : value);
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined; // said by the caller
  }
}
