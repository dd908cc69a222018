import { sleep } from '../../src/shared/runtime/clock.ts';
import { query } from '../servers.ts';
import type { Fault } from '../stage.ts';

const AWAY_MS = 3_000;

export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: 'Postgres connections ended',
    platforms: null,
    async strike({ servers: { postgres } }) {
      await query(
        postgres.direct,
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    },
  },
  {
    name: 'Postgres stopped for 3 s',
    platforms: null,
    async strike({ servers: { postgres } }) {
      await postgres.stop();
      await sleep(AWAY_MS);
      await postgres.start();
    },
  },
  {
    name: 'Postgres killed',
    platforms: null,
    async strike({ servers: { postgres } }) {
      await postgres.kill();
      await postgres.start();
    },
  },
];
