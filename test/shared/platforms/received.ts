import { buffer } from 'node:stream/consumers';
import type { Incoming, PushAdapter, Receipt } from '../../../src/shared/platforms/push/push-adapter.ts';
import { serve } from './opened.ts';

/** What came to an address, as its adapter understood it. */
export interface Received {
  readonly url: string;
  readonly receipts: Receipt[];
  /** The requests themselves, to be sent again. */
  readonly incoming: Incoming[];
}

/** An address that hands what comes to an adapter, and answers as that says. */
export async function receiveWith(adapter: () => PushAdapter): Promise<Received> {
  const [receipts, incoming]: [Receipt[], Incoming[]] = [[], []];
  const url = await serve(async (request, response) => {
    const query = new URL(request.url ?? '/', 'http://here').searchParams;
    const body = await buffer(request);
    const came = { method: request.method ?? '', place: '', query, headers: request.headers, body };
    incoming.push(came);
    const receipt = await adapter().receive(came, async () => true);
    receipts.push(receipt);
    const { status, body: text = '', contentType = 'text/plain' } = receipt.answer;
    response.writeHead(status, { 'content-type': contentType }).end(text);
  });
  return { url, receipts, incoming };
}

/** A delivery that nobody sent. */
export function posted(body: string | Buffer, headers: Incoming['headers'] = {}): Incoming {
  return { method: 'POST', place: '', query: new URLSearchParams(), headers, body: Buffer.from(body) };
}
