import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Courier, createCourier, type Parcel } from '../../simulator/push/courier.ts';
import { NO_QUIRKS, type Quirks } from '../../simulator/quirks.ts';
import { createRandom } from '../../simulator/random.ts';
import { systemClock } from '../../src/shared/runtime/clock.ts';

let server: Server | undefined;
let courier: Courier | undefined;

afterEach(() => {
  courier?.stop();
  server?.close();
});

/** A callback that answers with these statuses, one after the other, and remembers what came. */
async function callback(statuses: readonly number[]): Promise<{ url: string; came: string[] }> {
  const came: string[] = [];
  server = createServer((request, response) => {
    came.push(`${request.method} ${request.headers['x-repeat'] ?? '0'}`);
    response.writeHead(statuses[came.length - 1] ?? 200).end('yes');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, came };
}

function open(quirks: Partial<Quirks> = {}): Courier {
  const all = { ...NO_QUIRKS, pushRetryMs: 5, ...quirks };
  courier = createCourier({ clock: systemClock, random: createRandom('test'), quirks: () => all });
  return courier;
}

const parcel = (url: string, retries: number): Parcel => ({
  ...{ platform: 'twitch', about: 'stream.online', method: 'POST', url, headers: {}, body: 'x', retries },
  repeatHeaders: (repeat) => ({ 'x-repeat': String(repeat) }),
});

it('sends again what was not taken, and says which repeat it is', async () => {
  const { url, came } = await callback([500, 404, 204]);
  expect((await open().send(parcel(url, 5))).status).toBe(204);
  expect(came).toEqual(['POST 0', 'POST 1', 'POST 2']);
  expect(courier?.deliveries('twitch').map(({ status }) => status)).toEqual([500, 404, 204]);
});

it('gives up in the end, and loses or doubles pushes when told to, but never what has no retries', async () => {
  const { url, came } = await callback([500, 500]);
  expect((await open().send(parcel(url, 1))).status).toBe(500);
  expect(came).toHaveLength(2);
  await open({ pushLossRate: 1 }).send(parcel(url, 3));
  expect(courier?.deliveries().map(({ outcome }) => outcome)).toEqual(['lost']);
  await open({ pushLossRate: 1 }).send(parcel(url, 0));
  await open({ pushDuplicateRate: 1 }).send(parcel(url, 3));
  expect(came).toHaveLength(5);
});

it('says when nobody answers', async () => {
  expect(await open().send(parcel('http://127.0.0.1:1/', 0))).toEqual({ status: null, body: '' });
  expect(courier?.deliveries().map(({ outcome }) => outcome)).toEqual(['failed']);
});
