import { Command } from 'commander';
import { z } from 'zod';
import { type Config, loadConfig } from '../shared/config/config.ts';
import { NegativeAnswer } from './exit-codes.ts';
import { print } from './output.ts';

const ANSWER_WITHIN_MS = 5_000;

const answer = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })),
});

export function healthcheckCommand(): Command {
  return new Command('healthcheck')
    .description(
      'Asks the process that listens on HTTP_HOST and HTTP_PORT whether it is ready. Ends with 0 when it is, else with 1 and the reasons. Made for the health check of a container.',
    )
    .option('--live', 'ask whether its work gets on (/livez) instead of whether it is ready (/readyz)')
    .addHelpText(
      'after',
      `
Examples:
  $ tallylight healthcheck
  $ HTTP_PORT=6112 tallylight healthcheck --live`,
    )
    .action(async (options: { live?: true }) => {
      const url = `${baseUrl(loadConfig(process.env))}${options.live ? '/livez' : '/readyz'}`;
      const { ok, checks } = await ask(url);
      if (ok) return print('ok');
      const reasons = checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.reason ?? 'failing'}`);
      print(reasons.join('\n'));
      throw new NegativeAnswer('not well');
    });
}

async function ask(url: string): Promise<z.infer<typeof answer>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return answer.parse(await response.json());
  } catch (cause) {
    throw new Error(`no usable answer from ${url}: is Tallylight running, with these HTTP_HOST and HTTP_PORT?`, {
      cause,
    });
  }
}

/** Who listens on all addresses is asked on the loopback one. */
function baseUrl({ HTTP_HOST: host, HTTP_PORT: port }: Config): string {
  const reachable: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  return `http://${reachable[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`;
}
