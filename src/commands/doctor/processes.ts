import { FOLLOW_CHANNEL, ONLINE_CHANNEL } from '../../shared/contracts/channels.ts';
import { PLATFORMS, type PerPlatform, perPlatform, type Platform } from '../../shared/domain/platform.ts';
import { countListeners } from '../../shared/pubsub/listeners.ts';
import { pollQueueName } from '../../shared/queues/keys.ts';
import { CHANGE_QUEUE, UPKEEP_QUEUE } from '../../shared/queues/names.ts';
import { openQueues } from '../../shared/queues/open-queues.ts';
import { counted, fault, type Judged, ok, type Patient, warning } from './finding.ts';

/** How many processes do what, as far as Redis sees them. */
export interface Processes {
  readonly listen: number;
  readonly poll: PerPlatform<number>;
  readonly flush: number;
  readonly sync: number;
  /** Subscribers of what is published. */
  readonly shards: number;
  /** Tracked keys. */
  readonly keys: PerPlatform<number>;
}

export async function checkProcesses({ context: { redis }, standing }: Patient): Promise<readonly Judged[]> {
  const queues = openQueues(redis);
  try {
    const counts = await Promise.all(queues.map(async (queue) => [queue.name, await queue.getWorkersCount()] as const));
    const workers = new Map(counts);
    const [listen = 0, shards = 0] = await countListeners(redis, [FOLLOW_CHANNEL, ONLINE_CHANNEL]);
    return judgeProcesses({
      ...{ listen, shards },
      poll: perPlatform((platform) => workers.get(pollQueueName(platform)) ?? 0),
      ...{ flush: workers.get(CHANGE_QUEUE) ?? 0, sync: workers.get(UPKEEP_QUEUE) ?? 0 },
      keys: perPlatform((platform) => standing.platforms[platform].keys),
    });
  } finally {
    await Promise.all(queues.map((queue) => queue.close()));
  }
}

export function judgeProcesses(seen: Processes): readonly Judged[] {
  const { listen, poll, flush, sync, shards } = seen;
  const polled = PLATFORMS.filter((platform) => seen.keys[platform] > 0);
  const most = Math.max(...Object.values(poll));
  if (listen + most + flush + sync === 0 && polled.length === 0) {
    return [warning('no process of Tallylight runs', 'start one: tallylight run all')];
  }
  const missing = [
    ...(listen === 0 ? [nobody('listen', 'follows that shards say now are lost')] : []),
    ...polled.filter((platform) => poll[platform] === 0).map(unpolled),
    ...(flush === 0 ? [nobody('flush', 'nothing is published')] : []),
    ...(sync === 0 ? [nobody('sync', 'nothing is repaired, resolved or cleaned up')] : []),
  ];
  const running = `running: listen ${listen}, poll ${most}, flush ${flush}, sync ${sync}`;
  return [...(missing.length > 0 ? missing : [ok(running)]), heardBy(shards)];
}

const nobody = (role: string, so: string): Judged =>
  fault(`no process runs role ${role}, so ${so}`, `start one: tallylight run ${role}`);

const unpolled = (platform: Platform): Judged =>
  fault(`no process polls ${platform}, although keys of it are followed`, 'start role poll with its credentials set');

function heardBy(shards: number): Judged {
  if (shards > 0) return ok(`${ONLINE_CHANNEL} is heard by ${counted(shards, 'subscriber')}`);
  return warning(`nobody hears ${ONLINE_CHANNEL}`, 'start the shards; they read what they missed from the log');
}
