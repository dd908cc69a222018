import { type Answer, json } from '../wire.ts';

/** Google's error envelope. */
export function youtubeError(code: number, reason: string, message: string, domain = 'youtube'): Answer {
  return json(code, { error: { code, message, errors: [{ message, domain, reason }] } });
}

const EXHAUSTED =
  'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">quota</a>.';

export function quotaExceeded(): Answer {
  return youtubeError(403, 'quotaExceeded', EXHAUSTED, 'youtube.quota');
}

/** The newer wording of a bad key, with the reason among the details. */
export function keyInvalid(): Answer {
  const message = 'API key not valid. Please pass a valid API key.';
  const details = [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'youtube.googleapis.com' },
    },
  ];
  const errors = [{ message, domain: 'global', reason: 'badRequest' }];
  return json(400, { error: { code: 400, message, errors, status: 'INVALID_ARGUMENT', details } });
}

export function keyMissing(): Answer {
  const message = "Method doesn't allow unregistered callers (callers without established identity).";
  const errors = [{ message, domain: 'global', reason: 'forbidden' }];
  return json(403, { error: { code: 403, message, errors, status: 'PERMISSION_DENIED' } });
}
