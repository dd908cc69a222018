import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import type { HandedOn } from '../producers/hand-on.ts';
import type { Lane, Snowflake } from '../shared/domain/follow.ts';
import { isCategory } from '../shared/domain/stream-key.ts';
import { saidNow } from '../shared/runtime/said-now.ts';
import { withContext } from './context.ts';
import { KEY_HELP, readKeyArgument } from './key-argument.ts';
import { print, printJson } from './output.ts';
import { sayWish, snowflakeFrom, targetText } from './wish.ts';

interface FollowOptions {
  readonly guild: Snowflake;
  readonly channel: Snowflake;
  readonly user?: Snowflake;
  readonly priority?: Lane;
  readonly json?: true;
}

export function followCommand(): Command {
  return new Command('follow')
    .description('Has a guild follow a channel, as if its shard had published stream.follow.')
    .argument('<key>', 'the channel to follow')
    .requiredOption('--guild <id>', 'Discord guild', snowflakeFrom)
    .requiredOption('--channel <id>', 'Discord channel in which it wants to hear of it', snowflakeFrom)
    .option('--user <id>', 'Discord user who asked for it', snowflakeFrom)
    .addOption(
      new Option('--priority <lane>', 'lane of its changes, when not the usual one').choices(['urgent', 'normal']),
    )
    .option('--json', 'print JSON: one object')
    .addHelpText(
      'after',
      `
${KEY_HELP}

Examples:
  $ tallylight follow https://www.youtube.com/@natorisana --guild 81384788765712384 --channel 381870553235193857
  $ tallylight follow twitch/someone --guild 81384788765712384 --channel 381870553235193857 --priority urgent`,
    )
    .action((key: string, options: FollowOptions) => {
      const target = readKeyArgument(key);
      return withContext({}, async (context) => {
        const handedOn = await sayWish(context, {
          ...{ action: 'follow', target, source: 'cli', metadata: null },
          guildId: options.guild,
          channelId: options.channel,
          userId: options.user ?? null,
          priority: options.priority ?? null,
          saidAt: await saidNow(context),
        });
        const [refusal] = handedOn.refused;
        if (refusal) throw new Error(refusal.reason);
        if (options.json) printJson(resultOf(handedOn));
        else tellResult(context, handedOn, options);
      });
    });
}

function resultOf({ applied, kept }: HandedOn) {
  return { state: applied.length > 0 ? 'applied' : 'kept', wish: applied[0] ?? kept[0] };
}

function tellResult({ config }: Context, { applied, kept }: HandedOn, { guild, channel }: FollowOptions): void {
  for (const { target } of applied) {
    print(`guild ${guild} follows ${targetText(target)} in channel ${channel}`);
    if (isCategory(target)) print('It stands for every channel of that kind, and is itself never polled.');
  }
  for (const { target } of kept) {
    print(`nobody has told yet who ${targetText(target)} is: the follow is kept until it is resolved`);
    print('Role sync resolves names. What still waits: tallylight rejects names');
  }
  const { platform } = [...applied, ...kept].map(({ target }) => target)[0] ?? {};
  if (platform && !config.platforms.includes(platform)) {
    print(`No credentials are set for ${platform} here, so nothing is asked of it: see tallylight config`);
  }
}
