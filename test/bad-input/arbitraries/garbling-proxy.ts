import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { mutated, type Mutation, textOf, treeOf } from './json-tree.ts';
import { cut, type Cut, recut } from './markup.ts';
import { damage, type Damage, damaged, mutation } from './mutants.ts';
import { nastyText } from './nasty.ts';

/** What is done to the answers of a platform while one look goes on. */
export interface Garble {
  /** Which request of the look is answered wrongly; the others are answered as they should be. */
  readonly at: number;
  readonly json: readonly Mutation[];
  readonly xml: readonly Cut[];
  readonly bytes: Damage;
  readonly status: number | null;
  readonly header: readonly [name: string, value: string];
}

export const garbles: fc.Arbitrary<Garble> = fc.record({
  at: fc.nat(3),
  json: fc.array(mutation, { maxLength: 3 }),
  xml: fc.array(cut, { maxLength: 3 }),
  bytes: damage,
  status: fc.option(fc.constantFrom(200, 201, 204, 301, 304, 400, 401, 402, 403, 404, 418, 429, 500, 503), { freq: 6 }),
  header: fc.tuple(
    fc.constantFrom('retry-after', 'x-rate-limit-reset', 'ratelimit-reset', 'content-type', 'location', 'x-unknown'),
    nastyText.map((text) => text.replace(/[^\x20-\x7e]/g, '').slice(0, 500)),
  ),
});

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Answers as the simulator would, but for what it is told to garble. */
export interface GarblingProxy {
  readonly url: string;
  garble(next: Garble): void;
  stop(): Promise<void>;
}

/** @param target the simulator; it is asked for everything once, so that its limits are never reached */
export async function startGarblingProxy(target: string): Promise<GarblingProxy> {
  const known = new Map<string, Promise<Reply>>();
  let garble: Garble | null = null;
  let requests = 0;

  const server: Server = createServer(async (request, response) => {
    const at = requests++;
    const body = await bodyOf(request);
    const key = `${request.method} ${request.url} ${body}`;
    const init = { method: request.method ?? 'GET', headers: headersOf(request.headers), ...(body !== '' && { body }) };
    if (!known.has(key)) known.set(key, ask(`${target}${request.url}`, init));
    const { status, text } = (await known.get(key)) ?? { status: 500, text: '' };
    const isSpoiled = garble !== null && at === garble.at;
    if (!isSpoiled || garble === null) return void response.writeHead(status).end(text);
    response.writeHead(garble.status ?? status, { [garble.header[0]]: garble.header[1] }).end(spoiled(text, garble));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    garble(next) {
      garble = next;
      requests = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function spoiled(text: string, { json, xml, bytes }: Garble): Buffer {
  const isXml = text.trimStart().startsWith('<');
  const changed = isXml ? xml.reduce(recut, text) : textOf(json.reduce(mutated, treeOf(text)));
  return damaged(Buffer.from(changed), bytes);
}

async function ask(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  return { status: response.status, text: await response.text() };
}

/** Those that say who asks and for what. */
function headersOf(given: NodeJS.Dict<string | string[]>): Record<string, string> {
  const names = ['authorization', 'client-id', 'content-type', 'x-api-version'];
  return Object.fromEntries(names.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])));
}

async function bodyOf(request: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
