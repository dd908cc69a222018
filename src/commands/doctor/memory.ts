import { infoField } from '../../shared/runtime/reach-redis.ts';
import { fault, type Judged, ok, type Patient, warning } from './finding.ts';
import { onEachServer } from './on-each-server.ts';

export interface RedisMemory {
  /** Empty where it is not told. */
  readonly policy: string;
  readonly usedBytes: number;
  /** 0: no limit. */
  readonly limitBytes: number;
}

/** From here on events leave more slowly, on purpose. */
const NEARLY_FULL = 0.9;
const MIB = 1024 * 1024;

export function checkMemory({ context: { redis } }: Patient): Promise<readonly Judged[]> {
  return onEachServer(redis, async (server) => {
    const info = await server.info('memory');
    return judgeMemory({
      policy: infoField(info, 'maxmemory_policy'),
      usedBytes: Number(infoField(info, 'used_memory')),
      limitBytes: Number(infoField(info, 'maxmemory')),
    });
  });
}

export function judgeMemory({ policy, usedBytes, limitBytes }: RedisMemory): readonly Judged[] {
  const evicts = policy !== '' && policy !== 'noeviction';
  return [
    evicts
      ? fault(
          `Redis may throw jobs away when its memory is full (maxmemory-policy ${policy})`,
          'set maxmemory-policy noeviction',
        )
      : ok('Redis throws nothing away (maxmemory-policy noeviction)'),
    room(usedBytes, limitBytes),
  ];
}

function room(usedBytes: number, limitBytes: number): Judged {
  const used = `${Math.round(usedBytes / MIB)} MiB`;
  if (limitBytes === 0) return ok(`Redis uses ${used}, without a limit of its own`);
  const share = usedBytes / limitBytes;
  const what = `Redis uses ${used}, ${Math.round(share * 100)} % of its maxmemory`;
  if (share >= 1) return fault(what, 'give it more memory: it refuses what would be written');
  return share >= NEARLY_FULL ? warning(what, 'give it more memory: events leave more slowly already') : ok(what);
}
