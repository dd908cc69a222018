import { type Answer, json } from '../wire.ts';

/** An error as TwitCasting words it: the status and a code of its own. */
export function apiError(status: number, code: number, message: string): Answer {
  return json(status, { error: { code, message } }, { 'content-type': 'application/json;charset=utf-8' });
}

export function notFound(): Answer {
  return apiError(404, 404, 'Not Found');
}

/** The rate limit of this platform is a 403. */
export function exhausted(): Answer {
  return apiError(403, 2000, 'Execution count limitation');
}
