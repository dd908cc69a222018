import type { Clock } from '../shared/runtime/clock.ts';
import type { Health } from '../shared/runtime/health.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { Service } from '../shared/runtime/service.ts';

export interface PollWatchdogParts {
  /** What it watches, such as `poll-twitch`. */
  readonly name: string;
  /** Keys that should have been looked at long ago. Zero while the platform rests. */
  readonly overdue: () => Promise<number>;
  /** Stops the worker and starts a new one. */
  readonly rebuild: () => Promise<void>;
  /** Called when a rebuilt worker makes no progress either. */
  readonly giveUp: (reason: string) => void;
  /** Without a finished poll for this long, while keys are overdue, something is stuck. */
  readonly patienceMs: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often it looks, in ms: a fraction of the least patience anybody has. */
const CHECK_MS = 15_000;

export interface PollWatchdog extends Service {
  /** A poll was finished. */
  progress(): void;
  health(): Health;
}

/**
 * Watches progress, not pings: a worker that answers every ping may still have stopped taking jobs.
 * No progress while keys are overdue: the worker is rebuilt; still none: the process gives up, so that whatever runs it
 * starts it afresh.
 */
export function createPollWatchdog(parts: PollWatchdogParts): PollWatchdog {
  const { name, clock, logger, patienceMs } = parts;
  let progressAt = clock.now().getTime();
  let rebuiltAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();

  const stuckFor = (): number => clock.now().getTime() - Math.max(progressAt, rebuiltAt ?? 0);

  async function check(): Promise<void> {
    if (stuckFor() < patienceMs()) return;
    const overdue = await parts.overdue();
    if (overdue === 0) return progress();
    if (rebuiltAt !== undefined)
      return parts.giveUp(`${name}: ${overdue} keys overdue and no poll finished, even by a rebuilt worker`);
    logger.error({ watched: name, overdue, forMs: stuckFor() }, 'no progress, rebuilding the worker');
    rebuiltAt = clock.now().getTime();
    await parts.rebuild();
  }

  function progress(): void {
    progressAt = clock.now().getTime();
    rebuiltAt = undefined;
  }

  return {
    name: `${name}-watchdog`,
    progress,
    async start() {
      if (timer) return;
      progress();
      timer = setInterval(() => {
        // Redis away is no sign of a stuck worker: everything stands still then, and goes on by itself.
        checking = check().catch((error: unknown) => logger.debug({ err: error }, 'watchdog could not check'));
      }, CHECK_MS);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await checking;
    },
    health() {
      if (rebuiltAt === undefined) return { ok: true };
      return {
        ok: false,
        reason: `${name}: keys are overdue and no poll was finished for ${Math.round(stuckFor() / 1_000)} s`,
      };
    },
  };
}
