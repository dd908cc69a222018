import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import type { Settings } from '../settings.ts';
import type { Measured } from './figure.ts';

/** Everything that one run found out, and on what. */
export interface Report {
  readonly at: string;
  readonly tookSeconds: number;
  readonly machine: {
    readonly cpus: string;
    readonly memoryGb: number;
    readonly node: string;
    readonly system: string;
  };
  readonly settings: Settings;
  readonly measured: readonly Measured[];
}

export function describeMachine(): Report['machine'] {
  const all = cpus();
  return {
    cpus: `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${process.arch}`,
  };
}

export async function saveReport(file: string, report: Report): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
}
