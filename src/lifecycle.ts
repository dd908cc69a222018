import type { Life } from './context.ts';
import type { Health } from './shared/runtime/health.ts';
import type { Logger } from './shared/runtime/logger.ts';
import type { Service } from './shared/runtime/service.ts';

/** The watchdog's last word: nothing moves, and rebuilding did not help. Exit code 70. */
export class GaveUpError extends Error {
  override readonly name = 'GaveUpError';
}

/** A second signal came while stopping. Exit code 130. */
export class ForcedEndError extends Error {
  override readonly name = 'ForcedEndError';
}

/** Some services did not end within the deadline. */
export class StopDeadlineError extends Error {
  override readonly name = 'StopDeadlineError';
}

export interface LifecycleParts {
  readonly logger: Logger;
  /** The one time within which everything must have stopped, in ms. */
  readonly stopWithinMs: number;
}

export interface Lifecycle extends Life {
  /** A signal: the first one asks for a graceful stop, the second one ends at once. */
  interrupt(signal: string): void;
  /**
   * Starts the services in order, runs until interrupted, and stops them in reverse.
   * @throws what a service threw at its start, GaveUpError, ForcedEndError or StopDeadlineError
   */
  run(services: readonly Service[]): Promise<void>;
}

/** npm passes a Ctrl-C on to a child that has already had it from the terminal: those two are one. */
const ONE_PRESS_MS = 100;

type Phase = 'waiting' | 'starting' | 'running' | 'stopping' | 'stopped';

/** Knows no service by name: starts, watches and stops whatever it is given. */
export function createLifecycle({ logger, stopWithinMs }: LifecycleParts): Lifecycle {
  const phases = new Map<Service, Phase>();
  const ending = createSignal<'asked' | GaveUpError>();
  const forced = createSignal<ForcedEndError>();
  let interruptedAt: number | undefined;

  function interrupt(signal: string): void {
    const now = performance.now();
    if (interruptedAt === undefined) {
      interruptedAt = now;
      logger.info({ signal, withinMs: stopWithinMs }, 'stopping');
      ending.give('asked');
    } else if (now - interruptedAt > ONE_PRESS_MS) {
      logger.warn({ signal }, 'second signal, ending at once');
      forced.give(new ForcedEndError(`ended at once by a second ${signal}; what was in hand is taken up again`));
    }
  }

  async function startOne(service: Service): Promise<void> {
    phases.set(service, 'starting');
    await service.start();
    phases.set(service, 'running');
    logger.info({ service: service.name }, 'service started');
  }

  async function startAll(services: readonly Service[]): Promise<void> {
    for (const service of services) {
      if (ending.given()) return;
      await startOne(service);
    }
    logger.info({ services: services.map((service) => service.name) }, 'ready');
  }

  async function stopAll(services: readonly Service[]): Promise<void> {
    for (const service of [...services].reverse()) {
      if (phases.get(service) === 'waiting') continue;
      phases.set(service, 'stopping');
      await service.stop().catch((error: unknown) => {
        logger.error({ err: error, service: service.name }, 'service failed to stop');
      });
      phases.set(service, 'stopped');
    }
  }

  async function run(services: readonly Service[]): Promise<void> {
    for (const service of services) phases.set(service, 'waiting');
    const started = startAll(services);
    const cause = await Promise.race([started.then(() => ending.promise), ending.promise]).catch(asError);
    ending.give('asked'); // when a start failed, the services still to start must not
    // A service is never stopped while it starts, so a slow start counts against the deadline too.
    const stopped = started.catch(() => undefined).then(() => stopAll(services));
    const late = deadline(stopWithinMs, () => unstopped(phases));
    const end = await Promise.race([stopped, late.promise, forced.promise]);
    late.cancel();
    if (end instanceof ForcedEndError) throw end;
    if (cause instanceof Error) throw cause;
    if (end instanceof Error) throw end;
    logger.info('stopped');
  }

  return {
    run,
    interrupt,
    giveUp: (reason) => ending.give(new GaveUpError(reason)),
    services: () => healthOf(phases),
  };
}

function healthOf(phases: ReadonlyMap<Service, Phase>): Health {
  const others = [...phases].filter(([, phase]) => phase !== 'running');
  if (others.length === 0) return { ok: true };
  return { ok: false, reason: others.map(([service, phase]) => `${service.name} is ${phase}`).join(', ') };
}

function unstopped(phases: ReadonlyMap<Service, Phase>): string[] {
  return [...phases]
    .filter(([, phase]) => phase === 'starting' || phase === 'stopping')
    .map(([service]) => service.name);
}

function deadline(ms: number, unfinished: () => string[]) {
  const signal = createSignal<StopDeadlineError>();
  const timer = setTimeout(() => {
    const names = unfinished().join(', ');
    signal.give(
      new StopDeadlineError(`${names} did not stop within ${ms / 1000} s; what was in hand is taken up again`),
    );
  }, ms);
  return { promise: signal.promise, cancel: () => clearTimeout(timer) };
}

/** A promise that is resolved from outside, once. */
function createSignal<T>() {
  let given = false;
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  const give = (value: T): void => {
    given = true;
    resolve(value);
  };
  return { promise, give, given: () => given };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
