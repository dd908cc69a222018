import { Command } from 'commander';
import type { Context } from '../context.ts';
import type { HandedOn } from '../producers/hand-on.ts';
import type { KeyWish, Snowflake } from '../shared/domain/follow.ts';
import { saidNow } from '../shared/runtime/said-now.ts';
import { withContext } from './context.ts';
import { KEY_HELP, readKeyArgument } from './key-argument.ts';
import { print, printJson } from './output.ts';
import { sayWish, snowflakeFrom, targetText } from './wish.ts';

interface UnfollowOptions {
  readonly guild: Snowflake;
  readonly json?: true;
}

export function unfollowCommand(): Command {
  return new Command('unfollow')
    .description('Has a guild follow a channel no longer, in any of its Discord channels.')
    .argument('<key>', 'the channel')
    .requiredOption('--guild <id>', 'Discord guild', snowflakeFrom)
    .option('--json', 'print JSON: one object')
    .addHelpText(
      'after',
      `
${KEY_HELP}

Examples:
  $ tallylight unfollow twitch/someone --guild 81384788765712384`,
    )
    .action((key: string, { guild, json }: UnfollowOptions) => {
      const target = readKeyArgument(key);
      return withContext({}, async (context) => {
        const said = { action: 'unfollow', target, source: 'cli', guildId: guild, userId: null } as const;
        const handedOn = await sayWish(context, { ...said, saidAt: await saidNow(context) });
        const left = await Promise.all(handedOn.applied.map((wish) => othersOf(context, wish)));
        if (json) printJson({ state: left.length > 0 ? 'applied' : 'kept', otherGuilds: left[0] ?? null });
        else tellResult(handedOn, left, guild);
      });
    });
}

/** How many guilds still follow it. */
async function othersOf({ database }: Context, { target }: KeyWish): Promise<number> {
  const stream = await database.stream.findUnique({ where: { platform_identifier: { ...target } } });
  return stream?.guilds ?? 0;
}

function tellResult({ applied, kept }: HandedOn, left: readonly number[], guild: Snowflake): void {
  for (const [i, { target }] of applied.entries()) {
    print(`guild ${guild} does not follow ${targetText(target)} now`);
    print(left[i] === 0 ? 'Nobody does: it is polled no more.' : `Guilds that still do: ${left[i]}`);
  }
  for (const { target } of kept) {
    print(`nobody has told yet who ${targetText(target)} is: the unfollow is kept until it is resolved`);
    print('Role sync resolves names. What still waits: tallylight rejects names');
  }
}
