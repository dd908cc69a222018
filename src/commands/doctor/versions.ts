import { sql } from './sql.ts';
import { infoField } from '../../shared/runtime/reach-redis.ts';
import { fault, type Judged, ok, type Patient, warning } from './finding.ts';
import { onEachServer } from './on-each-server.ts';

/** Redis keys with a life in milliseconds inside scripts, and `ZRANGE … BYSCORE`, came with it. */
const OLDEST_REDIS = [6, 2] as const;
/** Source: https://www.postgresql.org/support/versioning/, 13 got its last fix in November 2025. */
const OLDEST_FIXED_POSTGRES = 14;

export async function checkVersions({ context: { redis, database } }: Patient): Promise<readonly Judged[]> {
  const question = `SELECT current_setting('server_version_num')::int AS version`;
  const [servers, postgres] = await Promise.all([
    onEachServer(redis, async (server) => [judgeRedis(infoField(await server.info('server'), 'redis_version'))]),
    sql<{ version: number }>(database, question),
  ]);
  return [...servers, judgePostgres(postgres.version)];
}

/** @param version as Redis writes it: 7.2.4 */
export function judgeRedis(version: string): Judged {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = OLDEST_REDIS;
  const tooOld = major < leastMajor || (major === leastMajor && minor < leastMinor);
  return tooOld
    ? fault(`Redis is version ${version}`, `use ${leastMajor}.${leastMinor} or newer`)
    : ok(`Redis answers, version ${version}`);
}

/** @param version as Postgres counts: 170002 is 17.2 */
export function judgePostgres(version: number): Judged {
  const major = Math.floor(version / 10_000);
  return major < OLDEST_FIXED_POSTGRES
    ? warning(`Postgres is version ${major}, which gets no fixes any more`, 'upgrade it when you can')
    : ok(`Postgres answers, version ${major}.${version % 10_000}`);
}
