import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { shortFaults } from '../../chaos/faults/faults.ts';
import type { Report } from '../../chaos/report.ts';

const CHAOS = path.resolve(import.meta.dirname, '..', '..', 'dist', 'chaos', 'main.js');
/** It judges by what was asked and answered, so a slow machine is not blamed, but waited for. */
const PATIENCE_MS = 15 * 60_000;

it('breaks everything in its short form, and everything is told once, in order, as it was', {
  timeout: PATIENCE_MS,
}, async () => {
  const out = await mkdtemp(path.join(tmpdir(), 'tallylight-chaos-test-'));
  try {
    const args = [CHAOS, '--short', '--json', '--out', out];
    // Exits with 1 when there are differences: what they are is in the report.
    const { code, stderr } = await run(args);
    const report = JSON.parse(await readFile(path.join(out, 'report.json'), 'utf8').catch(() => 'null')) as Report;
    expect(report?.differences, stderr).toEqual([]);
    expect(code).toBe(0);
    expect(report.faults.map(({ name }) => name)).toEqual(shortFaults().map(({ name }) => name));
    // It would prove nothing about a world in which nothing happens. On a slow machine much comes and goes unseen.
    expect(report.broadcasts).toBeGreaterThan(100);
    expect(report.tellings).toBeGreaterThan(50);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
});

async function run(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  try {
    const { stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, stderr };
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: unknown };
    return { code: Number(code ?? -1), stderr: String(stderr) };
  }
}
