import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const CHANNEL = 'bench';

/** @returns how long messages of the size of an event took from PUBLISH to a subscriber, in ms */
export async function timePublishes(redisUrl: string, count: number): Promise<number[]> {
  const [ears, mouth] = [new Redis(redisUrl), new Redis(redisUrl)];
  const took: number[] = [];
  ears.on('message', (_channel, message: string) => {
    took.push(performance.now() - Number(message.slice(0, message.indexOf(' '))));
  });
  await ears.subscribe(CHANNEL);
  for (let i = 0; i < count; i += 1) {
    await mouth.publish(CHANNEL, `${performance.now()} ${'x'.repeat(500)}`);
    await sleep(2);
  }
  ears.disconnect();
  mouth.disconnect();
  return took;
}
