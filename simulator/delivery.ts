import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.ts';
import type { Answer } from './wire.ts';

/** Every answer says that no platform gave it. */
export const SERVER_NAME = 'tallylight-simulator';

const DEFAULT_DELAY_MS = 5_000;
const DEFAULT_HUGE_BYTES = 64 * 1024 * 1024;
const DROPS = 10;

/** Sends an answer as it is. */
export function deliver(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { server: SERVER_NAME, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Sends an answer the way a fault makes it arrive; for faults that say nothing about delivery, as it is. */
export function deliverFaulty(response: ServerResponse, answer: Answer, fault: Fault): void {
  const half = answer.body.slice(0, Math.floor(answer.body.length / 2));
  if (fault.kind === 'down') response.destroy();
  else if (fault.kind === 'timeout') return;
  else if (fault.kind === 'late') after(response, fault.delayMs ?? DEFAULT_DELAY_MS, () => deliver(response, answer));
  else if (fault.kind === 'slow') drip(response, answer, fault.delayMs ?? DEFAULT_DELAY_MS);
  else if (fault.kind === 'half') deliver(response, { ...answer, body: half });
  else if (fault.kind === 'truncated') truncate(response, answer, half);
  else if (fault.kind === 'garbage')
    deliver(response, { ...answer, status: 200, body: '\u0000\u0007<<<not {json nor <xml' });
  else if (fault.kind === 'no-body') deliver(response, { ...answer, status: 200, body: '' });
  else if (fault.kind === 'huge') flood(response, answer, fault.bytes ?? DEFAULT_HUGE_BYTES);
  else deliver(response, answer);
}

/** A web server's own page, which says nothing about what was asked for. */
export function htmlNotFound(): Answer {
  const body = '<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title><p><b>404.</b> That’s an error.';
  return { status: 404, headers: { 'content-type': 'text/html; charset=UTF-8' }, body };
}

function truncate(response: ServerResponse, { status, headers, body }: Answer, half: string): void {
  response.writeHead(status, { server: SERVER_NAME, ...headers, 'content-length': Buffer.byteLength(body) });
  response.write(half, () => response.destroy());
}

/** The true answer, a tenth at a time. */
function drip(response: ServerResponse, { status, headers, body }: Answer, totalMs: number): void {
  response.writeHead(status, { server: SERVER_NAME, ...headers });
  const size = Math.ceil(body.length / DROPS);
  const send = (from: number): void => {
    if (from >= body.length) return void response.end();
    response.write(body.slice(from, from + size));
    after(response, totalMs / DROPS, () => send(from + size));
  };
  send(0);
}

/** So many bytes, written no faster than they are read. */
function flood(response: ServerResponse, { headers }: Answer, bytes: number): void {
  response.writeHead(200, { server: SERVER_NAME, ...headers });
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let left = bytes;
  const pour = (): void => {
    while (left > 0) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', pour);
    }
    response.end();
  };
  pour();
}

/** Later, unless the client has left by then. */
function after(response: ServerResponse, ms: number, action: () => void): void {
  const timer = setTimeout(action, ms);
  response.once('close', () => clearTimeout(timer));
}
