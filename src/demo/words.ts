import type pc from 'picocolors';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import { keyText } from '../shared/domain/stream-key.ts';
import type { Line } from './line.ts';
import type { Standing, Story, StoryKey, Told } from './story.ts';
import { delays } from './summary.ts';

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a person can look further. */
export interface Places {
  readonly web: string;
  readonly simulator: string;
  readonly logs: string;
}

export interface WordsParts {
  readonly story: Story;
  readonly places: Places;
  readonly colors: Colors;
  readonly shards: number;
  /** Null: until somebody ends it. */
  readonly forMs: number | null;
  readonly now: () => Date;
}

const MARKS: Record<Standing, string> = { told: '●', untold: '◌', off: '·', left: '×' };
const LEGEND = '● live and told   ◌ live, not told yet   · off air   × nobody follows it any more';

/** What the demo says of itself, in lines. */
export function createWords({ story, places, colors, shards, forMs, now }: WordsParts) {
  const startedAt = now();
  const paints: Record<Standing, (text: string) => string> = {
    told: colors.red,
    untold: colors.yellow,
    off: colors.dim,
    left: colors.dim,
  };

  function title(): Line {
    const elapsed = now().getTime() - startedAt.getTime();
    const time = forMs === null ? clock(elapsed) : `${clock(elapsed)} of ${clock(forMs)}`;
    return [
      { text: ' Tallylight demo ', paint: colors.inverse },
      { text: `  nothing below is real   ${time}   Ctrl-C ends it` },
    ];
  }

  function platformLine(platform: Platform): Line {
    const keys = story.keys().filter(({ streamer }) => streamer.platform === platform);
    const requests = `${String(story.requests()[platform]).padStart(5)} requests`;
    return [{ text: `${platform.padEnd(12)}${requests}  `, paint: colors.bold }, ...keys.map(keyPart)];
  }

  function keyPart({ streamer }: StoryKey): Line[number] {
    const standing = story.standing(streamer);
    return { text: `  ${MARKS[standing]} ${streamer.name}`, paint: paints[standing] };
  }

  function toldText(): string {
    const online = story.told.filter((one) => one.direction === 'online');
    const delay = delays(online);
    const speed = delay ? `, ${seconds(delay.median)} after the start or the follow (median)` : '';
    return `${shards} shards heard ${online.length} online${speed}, ${story.told.length - online.length} offline`;
  }

  function leftText(): string {
    const left = story.left();
    if (!left?.unfollowedAt) return '';
    const ago = Math.round((now().getTime() - left.unfollowedAt.getTime()) / 1_000);
    const count = story.requestsSinceLeft();
    return `nobody follows ${keyText(left.streamer)} (${left.streamer.name}) since ${ago} s: ${count} requests for it since`;
  }

  const addresses = [
    `Bull Board ${places.web}/board   status ${places.web}/`,
    `simulator ${places.simulator}/_sim   logs ${places.logs}`,
  ];

  return {
    addresses,
    /** For a terminal, redrawn in place. */
    block: (): Line[] => [
      [{ text: '' }],
      title(),
      ...PLATFORMS.map(platformLine),
      [{ text: LEGEND, paint: colors.dim }],
      [{ text: toldText() }],
      ...(story.left() ? [[{ text: leftText() }]] : []),
      ...addresses.map((text): Line => [{ text, paint: colors.cyan }]),
    ],
    /** For a log, now and then. */
    glance(): string {
      const live = story.keys().filter(({ streamer }) => story.standing(streamer) === 'told').length;
      const followed = story.keys().filter((key) => key.unfollowedAt === null).length;
      const requests = PLATFORMS.map((platform) => `${platform} ${story.requests()[platform]}`).join(', ');
      const parts = [`${live} of ${followed} followed are live`, toldText(), `requests: ${requests}`, leftText()];
      return `${time(now())}  -- ${parts.filter((part) => part !== '').join('; ')}`;
    },
    event(one: Told): string {
      const paint = one.direction === 'online' ? colors.red : colors.dim;
      const delay = one.delay === null ? '' : `${seconds(one.delay.ms)} after its ${one.delay.since}`;
      const name = shown(one.name).padEnd(18);
      return `${time(one.heardAt)}  ${paint(one.direction.padEnd(8))} ${one.platform.padEnd(12)} ${name} ${delay}`;
    },
    note: (text: string): string => `${time(now())}  ${colors.yellow(text)}`,
  };
}

export type Words = ReturnType<typeof createWords>;

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** On somebody's servers a stranger may publish anything. */
function shown(name: string): string {
  return name.replace(/\p{C}/gu, ' ');
}

function time(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

function clock(ms: number): string {
  const whole = Math.floor(ms / 1_000);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
