import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** As its administrator. */
  readonly url: string;
  /** As whom the shipped file of roles knows; of an empty database neither has any right. */
  readonly as: Readonly<Record<'owner' | 'tallylight', string>>;
  /** Away, as if Postgres were: whoever is in is thrown out, and nobody comes in. Back again with `false`. */
  away(away: boolean): Promise<void>;
  drop(): Promise<void>;
}

/** A database of its own with the newest schema and no rows; without even tables where `empty` is asked for. */
export async function createDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const { server, template, password } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : template}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const as = (username: string): string => Object.assign(new URL(url), { username, password }).href;
  return {
    url: url.href,
    as: { owner: as('tallylight_owner'), tallylight: as('tallylight') },
    async away(away) {
      await execute(server, `ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS ${!away}`);
      if (away)
        await execute(server, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    },
    drop: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function execute(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
