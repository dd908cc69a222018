import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/http/accounts.ts';
import { createGuessLimit } from '../../src/http/guess-limit.ts';
import { admit, type Guarded, refuseCrossSite, refuseReadersChanges } from '../../src/http/web-guard.ts';
import { createLogger } from '../../src/shared/runtime/logger.ts';

const OPERATOR: Account = { user: 'operator', password: 'pässword:with:colons', right: 'change' };
const VIEWER: Account = { user: 'viewer', password: 'only to look', right: 'read' };
const logger = createLogger({ level: 'silent', secrets: [], destination: { write: () => undefined } });

function guarded(...accounts: Account[]): Hono<Guarded> {
  const app = new Hono<Guarded>();
  const clientOf = (c: { req: { header(name: string): string | undefined } }) => c.req.header('test-client') ?? 'local';
  app.use(admit({ accounts, guesses: createGuessLimit(() => 0), clientOf, logger }));
  app.use(refuseCrossSite, refuseReadersChanges);
  return app.all('/', (c) => c.text(c.get('right')));
}

const basic = (credentials: string) => ({ Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
const as = ({ user, password }: Account) => basic(`${user}:${password}`);
const status = async (app: Hono<Guarded>, init: RequestInit) => (await app.request('/', init)).status;

describe('the web guard with accounts', () => {
  it.each([
    ['no credentials', {}],
    ['a wrong password', basic('operator:guess')],
    ['a wrong user', basic('root:pässword:with:colons')],
    ['the password of the other account', basic('operator:only to look')],
    ['an empty password', basic('operator:')],
    ['the password as a token', { Authorization: 'Bearer pässword:with:colons'.replace('ä', 'a') }],
    ['another scheme', { Authorization: as(OPERATOR).Authorization.replace('Basic', 'Digest') }],
    ['no base64', { Authorization: 'Basic %%%' }],
    ['nothing at all', { Authorization: '' }],
  ])('answers 401 to %s', async (_what, headers) => {
    expect(await status(guarded(OPERATOR, VIEWER), { headers })).toBe(401);
  });

  it('asks for the account as browsers understand it', async () => {
    const response = await guarded(OPERATOR).request('/');
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="tallylight"/);
  });

  it('lets their holders in, under any host name, each with its right', async () => {
    const app = guarded(OPERATOR, VIEWER);
    for (const account of [OPERATOR, VIEWER]) {
      const headers = { ...as(account), Host: 'tallylight.example.org' };
      expect(await (await app.request('/', { headers })).text()).toBe(account.right);
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'REPORT'])('lets only the operator %s', async (method) => {
    const app = guarded(OPERATOR, VIEWER);
    expect(await status(app, { method, headers: as(VIEWER) })).toBe(403);
    expect(await status(app, { method, headers: as(OPERATOR) })).toBe(200);
    expect(await status(app, { method })).toBe(401);
  });
});

describe('who guesses passwords', () => {
  const from = (client: string, account: Account) => ({ headers: { ...as(account), 'test-client': client } });
  const wrong: Account = { ...OPERATOR, password: 'guess' };

  async function guessUntilRefused(app: Hono<Guarded>): Promise<number[]> {
    const answers = [];
    for (let i = 0; i < 12; i += 1) answers.push(await status(app, from('attacker', wrong)));
    return answers;
  }

  it('is answered 429, and when to try again', async () => {
    const app = guarded(OPERATOR);
    expect(await guessUntilRefused(app)).toEqual([...Array(9).fill(401), 429, 429, 429]);
    const response = await app.request('/', from('attacker', wrong));
    expect(response.headers.get('retry-after')).toBe('60');
    expect(response.headers.get('www-authenticate')).toBeNull();
  });

  it('does not learn that a guess is right', async () => {
    const app = guarded(OPERATOR);
    await guessUntilRefused(app);
    expect(await status(app, from('attacker', OPERATOR))).toBe(429);
  });

  it('shuts out nobody else, whatever it says where it comes from', async () => {
    const app = guarded(OPERATOR, VIEWER);
    await guessUntilRefused(app);
    const headers = { ...as(wrong), 'test-client': 'attacker', 'X-Forwarded-For': '198.51.100.7' };
    expect(await status(app, { headers })).toBe(429);
    for (const account of [OPERATOR, VIEWER]) expect(await status(app, from('operator', account))).toBe(200);
  });

  it('buys no guesses with an account of its own', async () => {
    const app = guarded(OPERATOR, VIEWER);
    const answers = [];
    for (let i = 0; i < 12; i += 1) {
      await status(app, from('attacker', VIEWER));
      answers.push(await status(app, from('attacker', wrong)));
    }
    expect(answers.slice(9)).toEqual([429, 429, 429]);
  });

  it('is not whoever has not been asked for a password yet', async () => {
    const app = guarded(OPERATOR);
    for (let i = 0; i < 50; i += 1) expect(await status(app, {})).toBe(401);
    expect(await status(app, { headers: as(OPERATOR) })).toBe(200);
  });

  it('leaves traces in the log, without the passwords tried', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const parts = { accounts: [OPERATOR], guesses: createGuessLimit(() => 0), clientOf: () => '203.0.113.9' };
    const app = new Hono<Guarded>();
    app.use(admit({ ...parts, logger: createLogger({ level: 'info', secrets: [], destination }) }));
    for (let i = 0; i < 30; i += 1) await app.request('/', { headers: basic('operator:s3cret-guess') });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('203.0.113.9');
    expect(lines[0]).not.toMatch(/s3cret|Basic/);
  });
});

describe('the web guard without an account', () => {
  it.each(['localhost:6111', '127.0.0.1:6111', '[::1]:6111', '127.0.0.1'])('lets in who asks for %s', async (host) => {
    expect(await status(guarded(), { headers: { Host: host } })).toBe(200);
  });

  it.each([
    ...['attacker.example:6111', '127.0.0.1.attacker.example', 'localhost.attacker.example', '10.0.0.1', ''],
    ...['0.0.0.0:6111', '[::]:6111', 'localhost@attacker.example'],
  ])('refuses who asks for "%s": its name may have been pointed here', async (host) => {
    expect(await status(guarded(), { headers: { Host: host } })).toBe(421);
  });

  it.each(['X-Forwarded-For', 'X-Forwarded-Host', 'Forwarded', 'Via', 'X-Real-IP'])(
    'refuses what a proxy passes on, as %s tells: it may let in the world',
    async (name) => {
      expect(await status(guarded(), { headers: { Host: 'localhost', [name]: '127.0.0.1' } })).toBe(421);
    },
  );
});

describe('what changes something', () => {
  const host = { Host: 'localhost:6111' };

  it.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another site that claims our origin', { 'Sec-Fetch-Site': 'cross-site', Origin: 'http://localhost:6111' }],
    ['a sibling site', { 'Sec-Fetch-Site': 'same-site' }],
    ['a form on another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }],
    ['another origin, from an old browser', { Origin: 'http://attacker.example' }],
    ['another port of this machine, from an old browser', { Origin: 'http://localhost:8080' }],
    ['a sandboxed frame', { Origin: 'null' }],
    ['no origin that can be read', { Origin: '' }],
  ])('is refused from %s', async (_who, headers) => {
    expect(await status(guarded(), { method: 'PUT', headers: { ...host, ...headers } })).toBe(403);
  });

  it('is refused from a name that was pointed here, whose origin is its own', async () => {
    const headers = { Host: 'attacker.example:6111', Origin: 'http://attacker.example:6111' };
    expect(await status(guarded(), { method: 'PUT', headers })).toBe(421);
    expect(await status(guarded(OPERATOR), { method: 'PUT', headers })).toBe(401);
  });

  it.each([
    ['the board itself', { 'Sec-Fetch-Site': 'same-origin', Origin: 'http://localhost:6111' }],
    ['the board itself, in an old browser', { Origin: 'http://localhost:6111' }],
    ['a program', {}],
  ])('is allowed from %s', async (_who, headers) => {
    expect(await status(guarded(), { method: 'PUT', headers: { ...host, ...headers } })).toBe(200);
  });

  it('is allowed from the board behind a proxy that ends TLS and passes the name on', async () => {
    const headers = { ...as(OPERATOR), Host: 'board.example.org', Origin: 'https://board.example.org' };
    expect(await status(guarded(OPERATOR), { method: 'PUT', headers })).toBe(200);
  });
});

describe('what only reads', () => {
  it('may be a link on another site', async () => {
    const headers = { Host: 'localhost', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect(await status(guarded(), { headers })).toBe(200);
  });

  it.each(['cross-site', 'same-site'])('is refused to a script or an image of a page that is %s', async (site) => {
    const headers = { Host: 'localhost', 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' };
    expect(await status(guarded(), { headers })).toBe(403);
  });
});
