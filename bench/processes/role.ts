import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startChild } from '../../src/demo/child.ts';
import { withoutSettings } from '../../src/demo/settings.ts';
import type { Role } from '../../src/role.ts';

const STOP_MS = 12_000;

export interface RunningRole {
  end(): Promise<void>;
}

/** `tallylight run <role>`, as an operator starts it. @throws its last words when it ends instead of starting */
export async function runRole(role: Role, env: Readonly<Record<string, string>>): Promise<RunningRole> {
  const logs = await mkdtemp(path.join(tmpdir(), 'tallylight-bench-role-'));
  let isReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const child = startChild({
    name: role,
    args: ['run', role],
    env: { ...withoutSettings(process.env), HTTP_PORT: '0', LOG_LEVEL: 'info', ...env },
    log: path.join(logs, 'log'),
    onLine: (line) => {
      if (line.includes('"msg":"ready"')) isReady();
    },
  });
  const end = async (): Promise<void> => {
    await child.end(STOP_MS);
    await rm(logs, { recursive: true, force: true });
  };
  const lost = await Promise.race([ready, child.lost]);
  if (lost === undefined) return { end };
  await end();
  throw new Error(lost);
}
