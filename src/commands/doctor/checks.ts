import { checkClocks } from './clocks.ts';
import { checkCredentials } from './credentials.ts';
import { checkDrift } from './drift.ts';
import type { Check } from './finding.ts';
import { checkMemory } from './memory.ts';
import { checkNeighbours } from './neighbours.ts';
import { checkPersistence } from './persistence.ts';
import { checkPolling } from './polling.ts';
import { checkProcesses } from './processes.ts';
import { checkPush } from './push.ts';
import { checkSchema } from './schema.ts';
import { checkSettings } from './settings-rows.ts';
import { checkStuckQueues } from './stuck-queues.ts';
import { checkVersions } from './versions.ts';

/** Every check, in the order shown: what the later ones stand on comes first. */
export const CHECKS: readonly Check[] = [
  { name: 'servers', run: checkVersions },
  { name: 'schema', run: checkSchema },
  { name: 'memory', run: checkMemory },
  { name: 'persistence', run: checkPersistence },
  { name: 'clocks', run: checkClocks },
  { name: 'processes', run: checkProcesses },
  { name: 'credentials', run: checkCredentials },
  { name: 'polling', run: checkPolling },
  { name: 'queues', run: checkStuckQueues },
  { name: 'push', run: checkPush },
  { name: 'drift', run: checkDrift },
  { name: 'settings', run: checkSettings },
  { name: 'neighbours', run: checkNeighbours },
];
