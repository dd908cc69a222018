export interface Line {
  readonly name: string;
  readonly color: string;
  /** Where the value is null the line has a gap. */
  readonly points: readonly { readonly at: number; readonly value: number | null }[];
}

export interface PanelParts {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Where in the picture it begins, in px. */
  readonly top: number;
}

export const WIDTH = 1_000;
const [LEFT, RIGHT, HEIGHT] = [60, 740, 220];
const TICKS = 5;

/** One diagram over time: axes with their numbers, lines, and what each line is. */
export function panel({ title, lines, top }: PanelParts): string {
  const points = lines.flatMap((line) => line.points);
  const end = Math.max(1, ...points.map(({ at }) => at));
  const most = niceTop(Math.max(0, ...points.map(({ value }) => value ?? 0)));
  const x = (at: number): number => round(LEFT + ((RIGHT - LEFT) * at) / end);
  const y = (value: number): number => round(top + 24 + HEIGHT * (1 - value / most));
  return [
    `<text x="${LEFT}" y="${top + 12}" font-weight="bold">${title}</text>`,
    ...ticks(most).map(
      (value) =>
        `<path d="M${LEFT} ${y(value)}H${RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
    ),
    ...ticks(end).map(
      (at) => `<text x="${x(at)}" y="${top + 24 + HEIGHT + 16}" text-anchor="middle">${clock(at)}</text>`,
    ),
    ...lines.map((line) => `<path d="${path(line, x, y)}" fill="none" stroke="${line.color}" stroke-width="1.5"/>`),
    ...lines.map(
      ({ name, color }, index) => `<text x="${RIGHT + 16}" y="${top + 34 + index * 17}" fill="${color}">${name}</text>`,
    ),
  ].join('\n');
}

function path({ points }: Line, x: (at: number) => number, y: (value: number) => number): string {
  let pen = 'M';
  return points
    .map(({ at, value }) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${x(at)} ${y(value)}`;
      pen = 'L';
      return step;
    })
    .join('');
}

function ticks(most: number): number[] {
  return Array.from({ length: TICKS + 1 }, (_, index) => round((most * index) / TICKS));
}

/** The next number above that divides well: 1, 2, 2.5, 5 or 10 times a power of ten. */
export function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
