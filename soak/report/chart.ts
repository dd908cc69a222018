import type { Sample } from '../sampling/sample.ts';
import { type Line, panel, WIDTH } from './panel.ts';

const COLORS = [
  '#1f77b4',
  '#ff7f0e',
  '#2ca02c',
  '#d62728',
  '#9467bd',
  '#8c564b',
  '#e377c2',
  '#7f7f7f',
  '#bcbd22',
  '#17becf',
];

/** Memory and delays over time, as an SVG document. Pure. @param title what ran, in one line */
export function chart(title: string, samples: readonly Sample[]): string {
  const panels = [
    { title: 'resident memory of each process, and Redis (MB)', lines: memoryLines(samples) },
    { title: 'delays, p99 of each sample (s)', lines: delayLines(samples) },
    { title: 'what waits', lines: waitingLines(samples) },
  ];
  const drawn = panels.map((one, index) => panel({ ...one, top: 40 + index * 300 }));
  const height = 40 + panels.length * 300;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="20" y="26" font-size="16">${escaped(title)}</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function memoryLines(samples: readonly Sample[]): Line[] {
  const names = [...new Set(samples.flatMap(({ memory }) => Object.keys(memory)))].sort();
  return colored([
    ...names.map((name) => line(name, samples, ({ memory }) => mega(memory[name]?.resident))),
    line('Redis', samples, ({ redis }) => mega(redis.bytes)),
    line('Redis less log and marks', samples, ({ redis }) => mega(redis.bytes - redis.logBytes - redis.markBytes)),
  ]);
}

function delayLines(samples: readonly Sample[]): Line[] {
  const secondsOf = (ms: number | null): number | undefined => (ms === null ? undefined : ms / 1_000);
  return colored([
    line('lateness of polls', samples, ({ lateness }) => secondsOf(lateness.p99)),
    line('change recorded to published', samples, ({ publishDelay }) => secondsOf(publishDelay.p99)),
    line('going live to a shard’s callback', samples, ({ heardDelay }) => secondsOf(heardDelay.p99)),
    line('oldest change that waits', samples, ({ oldestChange }) => oldestChange),
  ]);
}

function waitingLines(samples: readonly Sample[]): Line[] {
  const names = [...new Set(samples.flatMap(({ queues }) => Object.keys(queues)))].sort();
  return colored([
    ...names.map((name) => line(`jobs of ${name}`, samples, ({ queues }) => queues[name])),
    line('keys overdue', samples, ({ overdueKeys }) => overdueKeys),
    line('due and not heard', samples, ({ due, heard }) => due - heard),
  ]);
}

function line(name: string, samples: readonly Sample[], read: (sample: Sample) => number | undefined) {
  return { name, points: samples.map((sample) => ({ at: sample.at, value: read(sample) ?? null })) };
}

function colored(lines: readonly Omit<Line, 'color'>[]): Line[] {
  return lines.map((one, index) => ({ ...one, color: COLORS[index % COLORS.length] ?? 'black' }));
}

function mega(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 2 ** 20;
}

export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
