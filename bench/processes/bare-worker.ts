import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { POLL_CONCURRENCY, slotOf } from '../../src/workers/poll.ts';
import { BARE_QUEUE } from '../sides/bare-queue.ts';
import { serve } from './duty.ts';
import { createLateness, createUsage, type PollingDuties, type PollingPlace, readLateness } from './tally.ts';

// The reference: a BullMQ worker whose processor does nothing but be counted.

const lateness = createLateness();
const usage = createUsage();
let connection: Redis | undefined;
let worker: Worker | undefined;
let polls = 0;

const duties: PollingDuties = {
  async open({ redisUrl }: PollingPlace) {
    connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  },
  async work() {
    if (!connection) throw new Error('not open');
    worker = new Worker(BARE_QUEUE, count, { connection, concurrency: POLL_CONCURRENCY });
    await worker.waitUntilReady();
  },
  async rest() {
    await worker?.close();
  },
  begin() {
    polls = 0;
    lateness.reset();
    usage.begin();
  },
  async read() {
    const nothing = { fresh: 0, looks: 0, requestsAt: new Float64Array() };
    return { ...usage.read(), ...nothing, polls, lateness: await readLateness(lateness) };
  },
};

async function count(job: Job): Promise<void> {
  lateness.observe(Math.max(0, Date.now() - slotOf(job)) / 1_000);
  polls += 1;
}

serve(duties);
