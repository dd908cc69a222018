import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { type DemoOptions, runDemo } from '../demo/demo.ts';
import type { DemoSummary, PlatformSummary } from '../demo/summary.ts';
import { SHORTEST_MS } from '../demo/timeline.ts';
import { createPlainView, createTerminalView } from '../demo/view.ts';
import { seconds } from '../demo/words.ts';
import { ForcedEndError } from '../lifecycle.ts';
import { durationMs } from '../shared/config/fields.ts';
import { PLATFORMS } from '../shared/domain/platform.ts';
import { EXIT, NegativeAnswer, UsageError } from './exit-codes.ts';
import { colors, print, printable, printJson, printTable, tell } from './output.ts';

interface DemoFlags {
  readonly for?: number;
  readonly seed: string;
  readonly streamers: number;
  readonly push?: true;
  readonly plain?: true;
  readonly json?: true;
  readonly useServers?: true;
}

const MOST_STREAMERS = 50;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes a Ctrl-C on to a child that has already had it from the terminal: those two are one. */
const ONE_PRESS_MS = 500;
/** Of more, the JSON has the list. */
const SHOWN_DIFFERENCES = 20;

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Shows all of Tallylight at work on made-up platforms: starts servers of its own, a simulator, and every role in a\nprocess of its own, lets simulated shards follow some streamers, and shows who is live, what is announced, and what\nthat costs in requests. Ends everything it started.',
    )
    .option('--for <duration>', 'end by itself, and compare what was announced with what happened', readDuration)
    .option('--seed <text>', 'the same seed makes the same streamers do the same things', 'tallylight')
    .option('--streamers <number>', `how many on each platform, up to ${MOST_STREAMERS}`, readStreamers, 3)
    .option('--push', 'let the platforms push what happens, and poll them every five minutes only')
    .option('--plain', 'lines instead of a redrawn view, as when the output is no terminal')
    .option('--json', 'print the summary as JSON; everything else goes to stderr')
    .option('--use-servers', 'use DATABASE_URL and REDIS_URL, which have to be empty, instead of servers of its own')
    .addHelpText('after', HELP)
    .action((flags: DemoFlags) => demo(flags));
}

const HELP = `
Its own servers keep their data in .tallylight/demo and start empty each time. The logs of all processes are there too.

Examples:
  $ tallylight demo                                      until Ctrl-C
  $ tallylight demo --for 60s                            ends by itself with a summary
  $ tallylight demo --for 60s --json | jq .platforms.twitch
  $ tallylight demo --streamers 10 --seed another
  $ tallylight demo --push --for 60s                     changes arrive by push

Exit codes: ${EXIT.done} stopped as asked, or everything was announced as it happened; ${EXIT.failed} it was not, or a part failed;
${EXIT.usage} wrong usage.`;

async function demo(flags: DemoFlags): Promise<void> {
  const [databaseUrl, redisUrl] = chooseServers(process.env, flags.useServers ?? false);
  const { signal, forced } = interruptions();
  const options: DemoOptions = {
    ...{ databaseUrl, redisUrl, signal, colors },
    forMs: flags.for ?? null,
    seed: flags.seed,
    streamers: flags.streamers,
    push: flags.push ?? false,
    dir: path.resolve('.tallylight', 'demo'),
    env: process.env,
    calledAt: new Date(),
    onProgress: tell,
    openView: (words) => {
      if (flags.json) return createPlainView((line) => process.stderr.write(`${line}\n`), words);
      return process.stdout.isTTY && !flags.plain
        ? createTerminalView(process.stdout, words)
        : createPlainView(print, words);
    },
  };
  const summary = await Promise.race([runDemo(options), forced]);
  if (!summary) return;
  if (flags.json) printJson(summary);
  else show(summary);
  if (!summary.ok) throw new NegativeAnswer('what was announced is not what happened');
}

/** Made-up data must never reach somebody's tables unasked. */
function chooseServers(env: NodeJS.ProcessEnv, use: boolean): [string | null, string | null] {
  const set = ['DATABASE_URL', 'REDIS_URL'].filter((name) => env[name]?.trim());
  if (set.length > 0 && !use) {
    throw new UsageError(
      `${set.join(' and ')} ${set.length > 1 ? 'are' : 'is'} set, and the demo writes made-up data: unset ${set.length > 1 ? 'them' : 'it'}, so that it starts servers of its own, or add --use-servers if what is there may be used and is empty`,
    );
  }
  if (set.length === 0 && use) throw new UsageError('--use-servers: expected DATABASE_URL or REDIS_URL to be set');
  return [env.DATABASE_URL?.trim() || null, env.REDIS_URL?.trim() || null];
}

/** The first signal ends the demo in order; a second one ends it at once, and its processes notice. */
function interruptions(): { signal: AbortSignal; forced: Promise<never> } {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const forced = new Promise<never>((_, reject) => {
    for (const name of SIGNALS) {
      process.on(name, () => {
        const now = performance.now();
        if (firstAt === undefined) {
          firstAt = now;
          controller.abort();
        } else if (now - firstAt > ONE_PRESS_MS) reject(new ForcedEndError(`ended at once by a second ${name}`));
      });
    }
  });
  return { signal: controller.signal, forced };
}

function show(summary: DemoSummary): void {
  print('');
  const rows = PLATFORMS.map((platform) => row(platform, summary.platforms[platform]));
  printTable(['platform', 'followed', 'to announce', 'online', 'offline', 'median', 'longest', 'requests'], rows);
  print('');
  if (summary.unfollowed) {
    print(`requests for ${summary.unfollowed.key} after its last follower left: ${summary.unfollowed.requestsSince}`);
  }
  for (const { kind, about, text } of summary.differences.slice(0, SHOWN_DIFFERENCES)) {
    print(`${colors.red(kind.padEnd(12))}  ${printable(`${about}: ${text}`)}`);
  }
  if (summary.differences.length > SHOWN_DIFFERENCES) {
    print(`and ${summary.differences.length - SHOWN_DIFFERENCES} more; --json lists all`);
  }
  print(verdict(summary));
}

function row(platform: string, { followed, due, online, offline, delayMs, requests }: PlatformSummary) {
  const [median, longest] = delayMs ? [seconds(delayMs.median), seconds(delayMs.longest)] : ['–', '–'];
  return [platform, followed, due, online, offline, median, longest, requests];
}

function verdict({ ok, checked, shards, differences, seed }: DemoSummary): string {
  if (!checked) return 'stopped before it could be compared with what happened; --for does that';
  if (ok) return `everything that happened was announced once to each of ${shards} shards, and nothing else was`;
  return `${differences.length} differences between what happened and what was announced (seed ${seed})`;
}

function readDuration(text: string): number {
  const ms = durationMs(text.trim());
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= 24 * 3_600_000) return ms;
  throw new InvalidArgumentError(`expected a duration from ${SHORTEST_MS / 1_000}s to 24h such as "60s"`);
}

function readStreamers(text: string): number {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_STREAMERS) return Number(text);
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_STREAMERS}`);
}
