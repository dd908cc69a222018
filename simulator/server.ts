import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../src/shared/runtime/clock.ts';
import type { ControlRoute } from './control.ts';
import { deliver, deliverFaulty, htmlNotFound } from './delivery.ts';
import type { Fault, Faults } from './faults.ts';
import type { Requests } from './requests.ts';
import { restOf } from './rest-of.ts';
import { type Answer, json, type Route, type WirePlatform, type WireRequest } from './wire.ts';

export interface ServerParts {
  readonly platforms: readonly WirePlatform[];
  readonly control: readonly ControlRoute[];
  readonly faults: Faults;
  readonly requests: Requests;
  readonly clock: Clock;
}

/** Longest body that is read: nobody has anything longer to say to these endpoints. */
const MOST_BODY_BYTES = 1024 * 1024;

/** Long, as platforms have it: who asks again just then must not meet a connection that is being closed. */
const KEEP_ALIVE_MS = 65_000;

/** One HTTP server for all platforms, with the control interface under `/_sim/`. Not listening yet. */
export function createWireServer(parts: ServerParts): Server {
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (incoming, response) => {
    response.on('error', () => response.destroy());
    readRequest(incoming)
      .then((request) => answer(parts, request, response))
      .catch((error: unknown) => deliverFailure(response, error));
  });
}

async function answer(parts: ServerParts, request: WireRequest, response: ServerResponse): Promise<void> {
  const control = match(parts.control, request);
  if (control) return deliver(response, await control.route.answer(control.request));
  for (const platform of parts.platforms) {
    const found = match(platform.routes, request);
    if (found) return answerAs(platform, { parts, response, ...found });
  }
  deliver(response, request.path.startsWith('/_sim') ? unknownControl(request) : htmlNotFound());
}

interface Matched {
  readonly parts: ServerParts;
  readonly route: Route;
  readonly request: WireRequest;
  readonly response: ServerResponse;
}

async function answerAs(platform: WirePlatform, { parts, route, request, response }: Matched): Promise<void> {
  const { endpoint } = route;
  const fault = parts.faults.strike(platform.platform, endpoint);
  const given = await faultyAnswer(platform, route, request, fault);
  const status = fault?.kind === 'down' || fault?.kind === 'timeout' ? null : given.status;
  const ids = route.ids?.(request) ?? [];
  const restMs = status === null ? null : restOf(given, parts.clock.now());
  parts.requests.add({ platform: platform.platform, endpoint, ids, status, fault: fault?.kind ?? null, restMs });
  if (fault) deliverFaulty(response, given, fault);
  else deliver(response, given);
}

async function faultyAnswer(
  platform: WirePlatform,
  route: Route,
  request: WireRequest,
  fault: Fault | undefined,
): Promise<Answer> {
  if (!fault) return route.answer(request);
  if (fault.kind === 'empty') return route.empty;
  if (fault.kind === 'html-not-found') return htmlNotFound();
  return platform.refusal(fault, route.endpoint) ?? route.answer(request);
}

/** The route that takes this request, with what its pattern captured. */
function match<R extends { method: string; pattern: RegExp }>(routes: readonly R[], request: WireRequest) {
  for (const route of routes) {
    const groups = route.method === request.method ? route.pattern.exec(request.path) : null;
    if (groups) return { route, request: { ...request, params: groups.slice(1).map(decoded) } };
  }
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function unknownControl({ method, path }: WireRequest): Answer {
  return json(404, { error: `there is no ${method} ${path} here; GET /_sim lists what there is` });
}

/** What cannot be read is cut off; a fault of our own is said, so that it is not taken for a platform's. */
function deliverFailure(response: ServerResponse, error: unknown): void {
  if (error instanceof UnreadableRequest || response.headersSent) return void response.destroy();
  deliver(response, json(500, { error: `the simulator failed: ${String(error)}` }));
}

class UnreadableRequest extends Error {}

async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const url = new URL(incoming.url ?? '/', 'http://simulator');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) throw new UnreadableRequest(`a body longer than ${MOST_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    params: [],
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
