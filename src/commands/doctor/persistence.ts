import { infoField } from '../../shared/runtime/reach-redis.ts';
import { fault, type Judged, ok, type Patient, warning } from './finding.ts';
import { onEachServer } from './on-each-server.ts';

export interface RedisPersistence {
  readonly loading: boolean;
  readonly appendOnly: boolean;
  /** What came of the last snapshot (RDB), and of the last write to the append-only file. */
  readonly snapshotFailed: boolean;
  readonly appendFailed: boolean;
}

export function checkPersistence({ context: { redis } }: Patient): Promise<readonly Judged[]> {
  return onEachServer(redis, async (server) => {
    const info = await server.info('persistence');
    const failed = (name: string): boolean => infoField(info, name) === 'err';
    return judgePersistence({
      loading: infoField(info, 'loading') === '1',
      appendOnly: infoField(info, 'aof_enabled') === '1',
      snapshotFailed: failed('rdb_last_bgsave_status'),
      appendFailed: failed('aof_last_write_status'),
    });
  });
}

export function judgePersistence(stands: RedisPersistence): readonly Judged[] {
  const { loading, appendOnly, snapshotFailed, appendFailed } = stands;
  if (loading) return [warning('Redis is loading its data', 'wait until it has')];
  if (appendFailed || snapshotFailed) {
    const what = `Redis cannot write its ${appendFailed ? 'append-only file' : 'snapshot'} to disk`;
    return [fault(what, 'give its disk room or rights: until then it may refuse every write')];
  }
  // All in it is derived, and so no loss is a fault; what is kept is only there sooner.
  return [
    ok(
      appendOnly
        ? 'Redis keeps its data on disk (appendonly yes)'
        : 'Redis may lose its newest data with a crash (appendonly no): all in it is derived again from the tables',
    ),
  ];
}
