import type { Redis } from 'ioredis';

/** CPU time a Redis has used since its start, in ms: its main thread and what it does beside it. */
export async function redisCpuMs(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  return 1_000 * (field(info, 'used_cpu_user') + field(info, 'used_cpu_sys'));
}

/** Bytes a Redis has allocated. */
export async function redisBytes(redis: Redis): Promise<number> {
  return field(await redis.info('memory'), 'used_memory');
}

function field(info: string, name: string): number {
  return Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? Number.NaN);
}
