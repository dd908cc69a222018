import path from 'node:path';
import { z } from 'zod';
import type { Streamer } from '../../simulator/broadcast.ts';
import { PLATFORMS } from '../shared/domain/platform.ts';
import { startChild } from './child.ts';
import type { Undo } from './undo.ts';

export interface SimulationParts {
  readonly seed: string;
  /** On each platform. */
  readonly streamers: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logs: string;
  readonly undo: Undo;
  /** A broadcast truly began or ended just now. */
  readonly onTruth: (truth: Truth) => void;
}

const time = z.iso.datetime().transform((text) => new Date(text));

const streamer: z.ZodType<Streamer> = z.object({
  platform: z.enum(PLATFORMS),
  identifier: z.string(),
  userId: z.string(),
  login: z.string(),
  name: z.string(),
  createdAt: time,
  exists: z.boolean(),
});
const introduction = z.looseObject({
  url: z.string(),
  env: z.record(z.string(), z.string()),
  streamers: z.array(streamer),
});
const truth = z.object({
  kind: z.enum(['online', 'offline']),
  at: time,
  platform: z.enum(PLATFORMS),
  identifier: z.string(),
  id: z.string(),
  continues: z.string().nullable(),
});

export type Truth = z.output<typeof truth>;
export type Simulation = z.output<typeof introduction> & { readonly lost: Promise<string> };

const STOP_MS = 3_000;

/** Runs `tallylight simulate`. @throws a sentence when it ends instead of starting */
export async function startSimulation(parts: SimulationParts): Promise<Simulation> {
  const { seed, streamers, env, logs, undo, onTruth } = parts;
  let introduce: (value: z.output<typeof introduction>) => void = () => undefined;
  const introduced = new Promise<z.output<typeof introduction>>((resolve) => {
    introduce = resolve;
  });
  const args = ['simulate', '--port', '0', '--seed', seed, '--streamers', String(streamers), '--json'];
  const child = startChild({
    ...{ name: 'simulator', args, env, log: path.join(logs, 'simulator.log') },
    onLine(line) {
      const value: unknown = JSON.parse(line);
      const read = introduction.safeParse(value);
      if (read.success) introduce(read.data);
      const event = truth.safeParse(value);
      if (event.success) onTruth(event.data);
    },
  });
  undo.add(() => child.end(STOP_MS));
  const first = await Promise.race([introduced, child.lost]);
  if (typeof first === 'string') throw new Error(first);
  return { ...first, lost: child.lost };
}
