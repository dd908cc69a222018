import type { IncomingHttpHeaders } from 'node:http';
import type { Platform } from '../src/shared/domain/platform.ts';
import type { Fault } from './faults.ts';

/** A request as an endpoint sees it. */
export interface WireRequest {
  readonly method: string;
  /** Without the query, below the server's root. */
  readonly path: string;
  /** What the route's pattern captured, decoded. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One endpoint of one platform. */
export interface Route {
  /** Its name in the request log and in faults. */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Matches the whole path; its groups become `params`. */
  readonly pattern: RegExp;
  answer(request: WireRequest): Answer | Promise<Answer>;
  /** The ids that are asked for, for the request log. */
  ids?(request: WireRequest): readonly string[];
  /** A well-formed answer that says "nothing", for the fault `empty`. */
  readonly empty: Answer;
}

/** A platform's side of the wire. */
export interface WirePlatform {
  readonly platform: Platform;
  readonly routes: readonly Route[];
  /** How this platform words an error; undefined when it has no such error. */
  refusal(fault: Fault, endpoint: string): Answer | undefined;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  };
}

/** Values of a parameter that may be repeated and, where `separator` is given, hold several at once. */
export function listed(query: URLSearchParams, name: string, separator?: string): string[] {
  const values = query.getAll(name).flatMap((value) => (separator ? value.split(separator) : [value]));
  return values.filter((value) => value !== '');
}

/** A time as platforms write it: ISO 8601 in UTC without fractions. */
export function seconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

export function unixSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}
