import { type Limits, REAL_LIMITS, type SomeLimits } from './limits.ts';
import { NO_QUIRKS, type Quirks } from './quirks.ts';

/** What can be changed while the simulator runs. Meters that run go on with the new figures. */
export interface Settings {
  limits(): Limits;
  /** Changes what is named. */
  setLimits(limits: SomeLimits): void;
  quirks(): Quirks;
  setQuirks(quirks: Partial<Quirks>): void;
}

export function createSettings(startLimits: SomeLimits, startQuirks: Partial<Quirks>): Settings {
  let limits = merged(REAL_LIMITS, startLimits);
  let quirks: Quirks = { ...NO_QUIRKS, ...startQuirks };
  return {
    limits: () => limits,
    setLimits(some) {
      limits = merged(limits, some);
    },
    quirks: () => quirks,
    setQuirks(some) {
      quirks = { ...quirks, ...some };
    },
  };
}

function merged(limits: Limits, some: SomeLimits): Limits {
  return {
    youtube: { ...limits.youtube, ...given(some.youtube) },
    twitch: { ...limits.twitch, ...given(some.twitch) },
    twitter: { ...limits.twitter, ...given(some.twitter) },
    twitcasting: { ...limits.twitcasting, ...given(some.twitcasting) },
  };
}

function given(values: Record<string, number | undefined> = {}): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
