import { type Answer, json } from '../wire.ts';

const PROBLEM = { 'content-type': 'application/problem+json; charset=utf-8' };

/** An error of X as problem+json; the plain ones repeat their title as detail. */
export function problem(status: number, title: string, detail = title, type = 'about:blank'): Answer {
  return json(status, { title, type, status, detail }, PROBLEM);
}

/** 400 with the parameter that was refused. */
export function invalidRequest(parameter: string, message: string): Answer {
  const body = {
    errors: [{ parameters: { [parameter]: [] }, message }],
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: 'https://api.twitter.com/2/problems/invalid-request',
  };
  return json(400, body, PROBLEM);
}

/** The monthly allowance is used up: a 429 while the rate-limit headers still show plenty. */
export function usageCapExceeded(): Answer {
  const body = {
    account_id: '1',
    product_name: 'standard-basic',
    title: 'UsageCapExceeded',
    period: 'Monthly',
    scope: 'Product',
    detail: 'Usage cap exceeded: Monthly product cap',
    type: 'https://api.twitter.com/2/problems/usage-capped',
  };
  return json(429, body, PROBLEM);
}

/** One asked-for resource that is not there; goes into `errors` beside the data, with 200. */
export function resourceNotFound(resource: { type: 'space' | 'user'; parameter: string; id: string }) {
  const { type, parameter, id } = resource;
  return {
    value: id,
    detail: `Could not find ${type} with ${parameter}: [${id}].`,
    title: 'Not Found Error',
    resource_type: type,
    parameter,
    resource_id: id,
    type: 'https://api.x.com/2/problems/resource-not-found',
  };
}
