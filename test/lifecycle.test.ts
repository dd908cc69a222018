import { describe, expect, it, vi } from 'vitest';
import { createLifecycle, ForcedEndError, GaveUpError, StopDeadlineError } from '../src/lifecycle.ts';
import { createLogger } from '../src/shared/runtime/logger.ts';
import type { Service } from '../src/shared/runtime/service.ts';
import { eventually } from './support/eventually.ts';

const logger = createLogger({ level: 'silent', secrets: [], destination: { write: () => undefined } });

function setup(stopWithinMs = 10_000) {
  const steps: string[] = [];
  const service = (name: string, parts: Partial<Pick<Service, 'start' | 'stop'>> = {}): Service => ({
    name,
    async start() {
      steps.push(`start ${name}`);
      await parts.start?.();
    },
    async stop() {
      steps.push(`stop ${name}`);
      await parts.stop?.();
    },
  });
  return { steps, service, lifecycle: createLifecycle({ logger, stopWithinMs }) };
}

const never = () => new Promise<void>(() => undefined);

describe('the lifecycle', () => {
  it('starts in order and stops in reverse when it is interrupted', async () => {
    const { steps, service, lifecycle } = setup();
    const run = lifecycle.run([service('a'), service('b')]);
    await eventually(() => expect(lifecycle.services().ok).toBe(true));
    lifecycle.interrupt('SIGTERM');
    await run;
    expect(steps).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('says which service does not run yet', async () => {
    const { service, lifecycle } = setup(50);
    const run = lifecycle.run([service('a'), service('slow', { start: never }), service('c')]);
    await eventually(() => expect(lifecycle.services().reason).toBe('slow is starting, c is waiting'));
    lifecycle.interrupt('SIGTERM');
    await expect(run).rejects.toThrow(StopDeadlineError);
  });

  it('stops what had started, and what failed, when a service fails to start, and throws its error', async () => {
    const { steps, service, lifecycle } = setup();
    const failing = service('b', { start: () => Promise.reject(new Error('no room')) });
    await expect(lifecycle.run([service('a'), failing, service('c')])).rejects.toThrow('no room');
    expect(steps).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops the others when one fails to stop', async () => {
    const { steps, service, lifecycle } = setup();
    const run = lifecycle.run([service('a'), service('b', { stop: () => Promise.reject(new Error('stuck')) })]);
    await eventually(() => expect(lifecycle.services().ok).toBe(true));
    lifecycle.interrupt('SIGINT');
    await run;
    expect(steps).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('waits for a service that is starting before it stops it', async () => {
    const { steps, service, lifecycle } = setup();
    let started = (): void => undefined;
    const slow = service('slow', { start: () => new Promise<void>((resolve) => (started = resolve)) });
    const run = lifecycle.run([slow, service('never')]);
    lifecycle.interrupt('SIGTERM');
    await eventually(() => expect(steps).toEqual(['start slow']));
    started();
    await run;
    expect(steps).toEqual(['start slow', 'stop slow']);
  });

  it('names the services that did not stop within the deadline', async () => {
    const { service, lifecycle } = setup(30);
    const run = lifecycle.run([service('a'), service('stuck', { stop: never })]);
    await eventually(() => expect(lifecycle.services().ok).toBe(true));
    lifecycle.interrupt('SIGTERM');
    await expect(run).rejects.toThrow(/^stuck did not stop within 0.03 s/);
  });

  it('ends at once by a second signal', async () => {
    const { service, lifecycle } = setup();
    const run = lifecycle.run([service('stuck', { stop: never })]);
    const ended = expect(run).rejects.toThrow(ForcedEndError);
    lifecycle.interrupt('SIGINT');
    await eventually(() => {
      lifecycle.interrupt('SIGINT');
      return expect(Promise.race([run, Promise.resolve('still stopping')])).rejects.toThrow(ForcedEndError);
    });
    await ended;
  });

  it('takes the same key press, heard twice, for one', async () => {
    const { steps, service, lifecycle } = setup();
    const run = lifecycle.run([service('a')]);
    vi.spyOn(performance, 'now').mockReturnValue(1_000);
    lifecycle.interrupt('SIGINT');
    lifecycle.interrupt('SIGINT');
    await run;
    expect(steps.at(-1)).toBe('stop a');
  });

  it('stops everything and throws when a service gives up', async () => {
    const { steps, service, lifecycle } = setup();
    const run = lifecycle.run([service('a')]);
    await eventually(() => expect(lifecycle.services().ok).toBe(true));
    lifecycle.giveUp('nothing was looked at for 5 minutes');
    await expect(run).rejects.toThrow(new GaveUpError('nothing was looked at for 5 minutes'));
    expect(steps).toEqual(['start a', 'stop a']);
  });
});
