import { Redis } from 'ioredis';
import pg from 'pg';
import { chunk } from '../../src/shared/domain/group.ts';
import { wireTracking } from '../../src/wiring/tracking.ts';
import { rateOf } from '../reading/rate.ts';
import { type Figure, figure, type Measured } from '../report/figure.ts';
import type { Servers } from '../servers.ts';
import type { Settings } from '../settings.ts';
import { registerBare } from '../sides/bare-queue.ts';
import { closeContext, openContext } from '../sides/context.ts';
import { insertFollows } from '../sides/plain-follows.ts';
import { publishFollows } from '../sides/published-follows.ts';
import { clear, identifiersFrom } from '../sides/tables.ts';
import { wishesFor } from '../sides/wishes.ts';

const EVERY_MS = 60_000;

/** As many as the listener applies in one transaction. */
const BATCH = 500;

/** How quickly follows get into the table, and first ones to a scheduler. */
export async function measureFollows(servers: Servers, { follows }: Settings): Promise<Measured> {
  const ours = await openOurs(servers);
  const plain = await openPlain(servers);
  const singles = identifiersFrom(0, follows.singles);
  const bulk = identifiersFrom(follows.singles, follows.bulk);
  const figures: Figure[] = [];
  for (const [identifiers, size] of [[singles, 1] as const, [bulk, BATCH] as const]) {
    const parts = chunk(identifiers, size);
    const how = size === 1 ? 'one by one' : `${size} at a time`;
    figures.push(
      figure({
        what: `first follow of a key, ${how}`,
        unit: 'a second',
        value: await rateOf(parts, (part) => ours.follow(part, '1')),
        reference: await rateOf(parts, (part) => plain.followFirst(part, 'plain-1')),
      }),
      figure({
        what: `another guild follows, ${how}`,
        unit: 'a second',
        value: await rateOf(parts, (part) => ours.follow(part, '2')),
        reference: await rateOf(parts, (part) => plain.follow(part, 'plain-2')),
      }),
    );
  }
  const published = identifiersFrom(follows.singles + follows.bulk, follows.published);
  figures.push(
    figure({
      what: 'first follow of a key, published one by one to role listen',
      unit: 'a second',
      value: await publishFollows(ours.context, servers, published),
      reference: await rateOf(chunk(published, BATCH), (part) => plain.followFirst(part, 'plain-3')),
    }),
  );
  await Promise.all([ours.close(), plain.close()]);
  return {
    name: 'follows',
    title: 'Follows into the table',
    meaning: [
      'Ours applies them as the listener does, one caller after another: lock, last event wins, count; a first follow gets',
      'its scheduler and asks for a look before it is done. The reference is the least that can be done: the row in plain',
      'SQL, with nothing checked or counted, and for a first follow one bare upsertJobScheduler. Both wait for the disk.',
      'The last line is the whole way from PUBLISH, a burst heard by one listening process; its reference is the bulk one.',
    ],
    figures,
  };
}

async function openOurs({ databaseUrl, redisUrl }: Servers) {
  const context = openContext({ databaseUrl, redisUrl, everyMs: EVERY_MS });
  await clear(context);
  const tracking = wireTracking(context);
  return {
    context,
    async follow(identifiers: readonly string[], guildId: string) {
      await tracking.applyWishes(wishesFor(identifiers, guildId));
    },
    async close() {
      await clear(context);
      await tracking.close();
      await closeContext(context);
    },
  };
}

async function openPlain({ databaseUrl, bareRedisUrl }: Servers) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const redis = new Redis(bareRedisUrl);
  await redis.flushall();
  const follow = (identifiers: readonly string[], guildId: string) => insertFollows(client, identifiers, guildId);
  return {
    follow,
    async followFirst(identifiers: readonly string[], guildId: string) {
      await follow(identifiers, guildId);
      await registerBare(redis, identifiers, EVERY_MS);
    },
    async close() {
      await redis.flushall();
      redis.disconnect();
      await client.end();
    },
  };
}
