import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { type Account, admit, refuseCrossSite } from '../../src/http/web-guard.ts';

const account: Account = { user: 'operator', password: 'pässword:with:colons' };

function guarded(holder: Account | null): Hono {
  const app = new Hono();
  app.use(admit(holder), refuseCrossSite);
  return app.all('/', (c) => c.text('in'));
}

const basic = (credentials: string) => ({ Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
const status = async (holder: Account | null, init: RequestInit) => (await guarded(holder).request('/', init)).status;

describe('the web guard with an account', () => {
  it.each([
    ['no credentials', {}],
    ['a wrong password', basic('operator:guess')],
    ['a wrong user', basic('root:pässword:with:colons')],
    ['an empty password', basic('operator:')],
    ['the password as a token', { Authorization: 'Bearer pässword:with:colons'.replace('ä', 'a') }],
    ['no base64', { Authorization: 'Basic %%%' }],
  ])('answers 401 to %s', async (_what, headers) => {
    expect(await status(account, { headers })).toBe(401);
  });

  it('asks for the account as browsers understand it', async () => {
    const response = await guarded(account).request('/');
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="tallylight"/);
  });

  it('lets its holder in, under any host name', async () => {
    const headers = { ...basic('operator:pässword:with:colons'), Host: 'tallylight.example.org' };
    expect(await status(account, { headers })).toBe(200);
  });
});

describe('the web guard without an account', () => {
  it.each(['localhost:6111', '127.0.0.1:6111', '[::1]:6111', '127.0.0.1'])('lets in who asks for %s', async (host) => {
    expect(await status(null, { headers: { Host: host } })).toBe(200);
  });

  it.each(['attacker.example:6111', '127.0.0.1.attacker.example', 'localhost.attacker.example', '10.0.0.1', ''])(
    'refuses who asks for "%s": its name may have been pointed here',
    async (host) => {
      expect(await status(null, { headers: { Host: host } })).toBe(421);
    },
  );
});

describe('what changes something', () => {
  const host = { Host: 'localhost:6111' };

  it.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling site', { 'Sec-Fetch-Site': 'same-site' }],
    ['another origin, from an old browser', { Origin: 'http://attacker.example' }],
    ['another port of this machine, from an old browser', { Origin: 'http://localhost:8080' }],
    ['a sandboxed frame', { Origin: 'null' }],
  ])('is refused from %s', async (_who, headers) => {
    expect(await status(null, { method: 'PUT', headers: { ...host, ...headers } })).toBe(403);
  });

  it.each([
    ['the board itself', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:6111' }],
    ['the board itself, in an old browser', { Origin: 'http://localhost:6111' }],
    ['a program', {}],
  ])('is allowed from %s', async (_who, headers) => {
    expect(await status(null, { method: 'PUT', headers: { ...host, ...headers } })).toBe(200);
  });

  it('may be read from a link on another site', async () => {
    expect(await status(null, { headers: { ...host, 'Sec-Fetch-Site': 'cross-site' } })).toBe(200);
  });
});
