import { Command, InvalidArgumentError, Option } from 'commander';
import { type Pace, paceFrom, settingsFor } from '../../simulator/pace.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { isPlatform, PLATFORMS, perPlatform, type Platform } from '../shared/domain/platform.ts';
import { EXIT } from './exit-codes.ts';
import { colors, print, tell } from './output.ts';
import { describeSimulated, simulatedJson } from './simulated-event.ts';

interface SimulateOptions {
  readonly port: number;
  readonly seed: string;
  readonly streamers: number;
  readonly pace: Pace;
  readonly platforms: readonly Platform[];
  readonly json?: true;
}

const DEFAULT_PORT = 6120;
const MOST_STREAMERS = 100_000;
/** Of more, the control interface has the list. */
const SHOWN_STREAMERS = 12;

export function simulateCommand(): Command {
  return new Command('simulate')
    .description(
      'Runs a simulator of YouTube, Twitch, X and TwitCasting: made-up streamers go live, end, reschedule and lose their\nconnection, on the wire formats of the real platforms, until it is stopped. Nothing of it is real, and nothing of it\ncosts quota.',
    )
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', portFrom, DEFAULT_PORT)
    .option('--seed <text>', 'the same seed makes the same streamers do the same things', 'tallylight')
    .option('--streamers <number>', 'how many on each platform', streamersFrom, 3)
    .addOption(paceOption())
    .addOption(platformsOption())
    .option('--json', 'print one JSON object a line: first the addresses, then each event')
    .addHelpText('after', HELP)
    .action(simulate);
}

function paceOption(): Option {
  return new Option('--pace <pace>', 'demo (an event every few seconds), real, or real made quicker such as 60x')
    .argParser(readPace)
    .default(readPace('demo'), 'demo');
}

function platformsOption(): Option {
  return new Option('--platforms <list>', 'only these, separated by commas')
    .argParser(readPlatforms)
    .default([...PLATFORMS], 'all');
}

const HELP = `
Examples:
  $ tallylight simulate                                  three streamers on each platform
  $ tallylight simulate --platforms twitch --streamers 50 --pace 120x
  $ tallylight simulate --streamers 0                    nobody, until you say so:
  $ curl -d '{"platform":"twitcasting","identifier":"afro"}' http://127.0.0.1:${DEFAULT_PORT}/_sim/streamers
  $ curl -d '{"platform":"twitcasting","identifier":"afro"}' http://127.0.0.1:${DEFAULT_PORT}/_sim/live
  $ curl -d '{"platform":"youtube","kind":"quota"}' http://127.0.0.1:${DEFAULT_PORT}/_sim/faults
  $ curl http://127.0.0.1:${DEFAULT_PORT}/_sim                   every call there is
  $ tallylight simulate --json | jq -r 'select(.kind=="online") | .name'

To point Tallylight at it, paste the lines that begin with "export" into the shell that runs "tallylight run all".

Exit codes: ${EXIT.done} stopped as asked, ${EXIT.failed} the port cannot be had, ${EXIT.usage} wrong usage.`;

async function simulate(options: SimulateOptions): Promise<void> {
  const stop = interrupted();
  const simulator = await start(options);
  simulator.world.subscribe((event) => print(options.json ? simulatedJson(event) : describeSimulated(event)));
  if (options.json) print(JSON.stringify(introduction(simulator, options)));
  else introduce(simulator, options);
  await stop;
  await simulator.stop();
  tell('the simulator has stopped');
}

async function start({ port, seed, pace, platforms, streamers }: SimulateOptions): Promise<Simulator> {
  const random = { pace, streamers: perPlatform((platform) => (platforms.includes(platform) ? streamers : 0)) };
  try {
    return await startSimulator({ port, seed, random });
  } catch (error) {
    const what =
      (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${String(error)})`;
    throw new Error(`port ${port} on 127.0.0.1 ${what}; choose another with --port, or 0 for any`, { cause: error });
  }
}

function introduction({ url, env, random }: Simulator, { pace }: SimulateOptions) {
  return {
    simulator: true,
    url,
    control: `${url}/_sim`,
    env: { ...env(), ...settingsFor(pace) },
    streamers: random?.streamers,
  };
}

function introduce(simulator: Simulator, options: SimulateOptions): void {
  const { url, env, streamers = [] } = introduction(simulator, options);
  print(colors.inverse(' THIS IS A SIMULATOR: no platform, streamer or broadcast below is real. '));
  print(`\nIt answers at ${url}, and is steered at ${url}/_sim. Ctrl-C ends it.\n`);
  for (const [name, value] of Object.entries(env)) print(`export ${name}=${value}`);
  print('');
  for (const one of streamers.slice(0, SHOWN_STREAMERS)) print(`  ${one.platform}/${one.identifier}  ${one.name}`);
  if (streamers.length > SHOWN_STREAMERS)
    print(`  and ${streamers.length - SHOWN_STREAMERS} more: ${url}/_sim/streamers`);
  print('');
}

/** Resolves with the first signal that asks to end. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function portFrom(text: string): number {
  return wholeNumber(text, 65_535);
}

function streamersFrom(text: string): number {
  return wholeNumber(text, MOST_STREAMERS);
}

function wholeNumber(text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new InvalidArgumentError(`expected a whole number from 0 to ${most}`);
}

function readPace(text: string): Pace {
  const pace = paceFrom(text);
  if (pace) return pace;
  throw new InvalidArgumentError('expected demo, real, or how many times quicker than real, such as 60x');
}

function readPlatforms(text: string): Platform[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  if (names.every(isPlatform)) return PLATFORMS.filter((platform) => names.includes(platform));
  throw new InvalidArgumentError(`expected some of ${PLATFORMS.join(', ')}, separated by commas`);
}
