import { type Answer, json } from '../wire.ts';

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** An error in the words of Helix. */
export function helixError(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return json(status, { error: TITLES[status], status, message }, headers);
}
