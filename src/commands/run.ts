import { Command } from 'commander';
import { createLifecycle, ForcedEndError, StopDeadlineError } from '../lifecycle.ts';
import { parseRoles, ROLE_MEANINGS, ROLES, type Role } from '../role.ts';
import { createRoles } from '../roles.ts';
import { shown } from '../shared/domain/shown.ts';
import { isPlatform, PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { openContext } from './context.ts';
import { UsageError } from './exit-codes.ts';

/** Whoever stops us (Docker, systemd, Kubernetes) kills after 10 s or more. */
const STOP_WITHIN_MS = 10_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function runCommand(): Command {
  return new Command('run')
    .description('Runs the roles in this process until it is stopped. Every role may run in many processes at once.')
    .argument('<roles...>', `${ROLES.join(', ')}, or all`, collectRoles)
    .option('--platforms <list>', 'platforms that role poll looks at, such as twitch,youtube', readPlatforms)
    .addHelpText('after', HELP)
    .action((roles: Role[], options: { platforms?: Platform[] }) => run(roles, options.platforms));
}

const HELP = `
Roles:
${ROLES.map((role) => `  ${role.padEnd(7)} ${ROLE_MEANINGS[role]}`).join('\n')}
  all     every one of these in one process

SIGTERM or Ctrl-C finishes or hands back what is in hand within ${STOP_WITHIN_MS / 1000} s; a second one ends at once. Nothing is
lost by either.

Examples:
  $ tallylight run all
  $ tallylight run listen flush sync
  $ tallylight run poll --platforms twitch,youtube`;

async function run(roles: readonly Role[], platforms: readonly Platform[] | undefined): Promise<void> {
  const context = await openContext({ roles, ...(platforms === undefined ? {} : { platforms }) });
  const lifecycle = createLifecycle({ logger: context.logger, stopWithinMs: STOP_WITHIN_MS });
  for (const signal of SIGNALS) process.on(signal, lifecycle.interrupt);
  try {
    await lifecycle.run(await createRoles({ ...context, life: lifecycle }, roles));
  } catch (error) {
    if (!isAbrupt(error)) await context.close();
    throw error;
  }
  // From here on nothing is in hand: a further signal may do what signals do.
  for (const signal of SIGNALS) process.off(signal, lifecycle.interrupt);
  await context.close();
}

/** Nobody waits any longer: what is open ends with the process, embedded servers by their keeper. */
function isAbrupt(error: unknown): boolean {
  return error instanceof ForcedEndError || error instanceof StopDeadlineError;
}

/** Called for each word; the words of all calls make the list. */
function collectRoles(word: string, before: Role[] | undefined): Role[] {
  const { roles, unknown } = parseRoles([word]);
  if (unknown.length > 0) {
    throw new UsageError(
      `unknown role ${unknown.slice(0, 5).map(shown).join(', ')}: choose from ${ROLES.join(', ')}, or all`,
    );
  }
  return ROLES.filter((role) => roles.includes(role) || before?.includes(role));
}

function readPlatforms(list: string): Platform[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.filter((name) => !isPlatform(name));
  if (unknown.length > 0) {
    const some = unknown.slice(0, 5).map(shown).join(', ');
    throw new UsageError(`unknown platform ${some}: choose from ${PLATFORMS.join(', ')}`);
  }
  return PLATFORMS.filter((platform) => names.includes(platform));
}
