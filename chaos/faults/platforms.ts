import type { FaultRequest } from '../../simulator/faults.ts';
import { PLATFORMS } from '../../src/shared/domain/platform.ts';
import { sleep } from '../../src/shared/runtime/clock.ts';
import type { Fault } from '../stage.ts';

const SICK_MS = 6_000;

/** What every platform answers while it is sick. */
const ANSWERS: Readonly<Record<string, Omit<FaultRequest, 'platform'>>> = {
  '401': { kind: 'unauthorized' },
  '403 quota': { kind: 'quota' },
  '404': { kind: 'not-found' },
  "404 of a web server's own": { kind: 'html-not-found' },
  '429 with Retry-After': { kind: 'rate-limited', retryAfterSeconds: 2 },
  '429 without': { kind: 'bare-rate-limited' },
  '500': { kind: 'server-error' },
  '503': { kind: 'unavailable' },
  'no answer': { kind: 'timeout' },
  'drop by drop': { kind: 'slow', delayMs: 4_000 },
  garbage: { kind: 'garbage' },
  'half an answer': { kind: 'half' },
  'an answer cut off': { kind: 'truncated' },
  'a gigantic answer': { kind: 'huge', bytes: 32 * 1024 * 1024 },
  'an answer that says nothing': { kind: 'empty' },
  'no body': { kind: 'no-body' },
  'connections cut': { kind: 'down' },
};

export const PLATFORM_FAULTS: readonly Fault[] = Object.entries(ANSWERS).map(([name, answer]) => sick(name, answer));

function sick(name: string, answer: Omit<FaultRequest, 'platform'>): Fault {
  return {
    name: `platforms: ${name}`,
    platforms: null,
    async strike({ sim }) {
      for (const platform of PLATFORMS) sim.faults.add({ ...answer, platform });
      await sleep(SICK_MS);
      sim.faults.clear();
    },
  };
}
