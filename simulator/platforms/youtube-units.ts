import type { Setting } from './setting.ts';

/** The key's quota, counted in units until midnight in California. */
export interface YoutubeUnits {
  /** @returns false when they are used up */
  take(units: number): boolean;
  used(): number;
}

export function createYoutubeUnits({ clock, limits }: Setting): YoutubeUnits {
  let day = '';
  let used = 0;
  function newDay(): void {
    const today = pacificDay(clock.now());
    if (today !== day) [day, used] = [today, 0];
  }
  return {
    take(units) {
      newDay();
      if (used + units > limits().youtube.unitsPerDay) return false;
      used += units;
      return true;
    },
    used() {
      newDay();
      return used;
    },
  };
}

const PACIFIC = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' });

function pacificDay(time: Date): string {
  return PACIFIC.format(time);
}
