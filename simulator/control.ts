import { z } from 'zod';
import { WorldError } from './transitions.ts';
import { type Answer, json, type WireRequest } from './wire.ts';

/** One call of the control interface. */
export interface ControlRoute {
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  /** For people who list the calls. */
  readonly meaning: string;
  answer(request: WireRequest): Promise<Answer>;
}

/** A call whose input is JSON in the body (or, for GET and DELETE, the query), checked before it is used. */
export interface Call<T> {
  readonly method: ControlRoute['method'];
  /** Below the root; `:id` stands for one part of it. */
  readonly path: string;
  readonly meaning: string;
  readonly input: z.ZodType<T>;
  /** What it returns is the answer's body. */
  run(input: T, params: readonly string[]): unknown;
}

export const nothing = z.object({});

/** Faults of the caller become sentences: 400 for a bad input, 409 for what the world cannot do. */
export function call<T>({ method, path, meaning, input, run }: Call<T>): ControlRoute {
  return {
    method,
    path,
    meaning,
    pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}/?$`),
    async answer(request) {
      const given = readInput(request);
      const read = input.safeParse(given);
      if (!read.success) return json(400, { error: z.prettifyError(read.error) });
      try {
        return json(200, (await run(read.data, request.params)) ?? null);
      } catch (error) {
        if (error instanceof WorldError) return json(409, { error: error.message });
        throw error;
      }
    },
  };
}

/** The calls there are, as an answer to whoever asks at the root. */
export function directory(routes: readonly ControlRoute[]): ControlRoute {
  const list = routes.map(({ method, path, meaning }) => ({ call: `${method} ${path}`, meaning }));
  const about = 'This is a simulator of YouTube, Twitch, X and TwitCasting. None of it is real.';
  return call({
    method: 'GET',
    path: '/_sim',
    meaning: 'what there is',
    input: nothing,
    run: () => ({ simulator: true, about, calls: list }),
  });
}

function readInput({ method, query, body }: WireRequest): unknown {
  if (method === 'GET' || method === 'DELETE') return Object.fromEntries(query);
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
