import { sql } from './sql.ts';
import { infoField } from '../../shared/runtime/reach-redis.ts';
import { fault, type Judged, ok, type Patient, warning } from './finding.ts';

export interface Versions {
  /** As Redis writes it: 7.2.4. */
  readonly redis: string;
  /** As Postgres counts: 170002 is 17.2. */
  readonly postgres: number;
}

/** Redis keys with a life in milliseconds inside scripts, and `ZRANGE … BYSCORE`, came with it. */
const OLDEST_REDIS = [6, 2] as const;
/** Source: https://www.postgresql.org/support/versioning/, 13 got its last fix in November 2025. */
const OLDEST_FIXED_POSTGRES = 14;

export async function checkVersions({ context: { redis, database } }: Patient): Promise<readonly Judged[]> {
  const [info, postgres] = await Promise.all([
    redis.info('server'),
    sql<{ version: number }>(database, `SELECT current_setting('server_version_num')::int AS version`),
  ]);
  return judgeVersions({ redis: infoField(info, 'redis_version'), postgres: postgres.version });
}

export function judgeVersions({ redis, postgres }: Versions): readonly Judged[] {
  const [major = 0, minor = 0] = redis.split('.').map(Number);
  const [leastMajor, leastMinor] = OLDEST_REDIS;
  const tooOld = major < leastMajor || (major === leastMajor && minor < leastMinor);
  const postgresMajor = Math.floor(postgres / 10_000);
  return [
    tooOld
      ? fault(`Redis is version ${redis}`, `use ${leastMajor}.${leastMinor} or newer`)
      : ok(`Redis answers, version ${redis}`),
    postgresMajor < OLDEST_FIXED_POSTGRES
      ? warning(`Postgres is version ${postgresMajor}, which gets no fixes any more`, 'upgrade it when you can')
      : ok(`Postgres answers, version ${postgresMajor}.${postgres % 10_000}`),
  ];
}
