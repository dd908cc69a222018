/** A host and the port on it. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Account {
  /** Undefined: the server's default account. */
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** One Redis: ioredis reads such a URL itself. */
export interface SingleAddress extends Account {
  readonly kind: 'single';
  readonly url: string;
  readonly endpoints: readonly Endpoint[];
}

/** Sentinels that know which Redis is the master now. */
export interface SentinelAddress extends Account {
  readonly kind: 'sentinel';
  /** Of the sentinels. */
  readonly endpoints: readonly Endpoint[];
  readonly tls: boolean;
  /** As the sentinels call the master. */
  readonly master: string;
  readonly db: number;
  /** With which the sentinels themselves are asked. */
  readonly sentinelAccount: Account;
}

/** Some nodes of a Redis Cluster; they know the others. */
export interface ClusterAddress extends Account {
  readonly kind: 'cluster';
  readonly endpoints: readonly Endpoint[];
  readonly tls: boolean;
}

export type RedisAddress = SingleAddress | SentinelAddress | ClusterAddress;

export const REDIS_FORMS =
  'redis://host:6379, redis+sentinel://host:26379,host:26379/master-name or redis+cluster://host:6379,host:6379 (with TLS rediss://, rediss+sentinel:// and rediss+cluster://)';

const SEVERAL = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const ONE_HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;
const SENTINEL_PARAMETERS: readonly string[] = ['sentinelUsername', 'sentinelPassword'];

/**
 * Reads where Redis is. The forms for several hosts are those that most clients know, in one spelling.
 * @throws TypeError that says what was expected, and repeats nothing of the address: it may hold a password
 */
export function readRedisAddress(text: string): RedisAddress {
  const url = text.trim();
  if (!/^rediss?\+/.test(url)) return readSingle(url);
  const parts = SEVERAL.exec(url);
  if (!parts) {
    throw new TypeError(
      `expected ${REDIS_FORMS}, where user and password are percent-encoded and the hosts stand between commas`,
    );
  }
  const [, scheme, kind, account, hosts = '', path = '', query] = parts;
  const shared = { tls: scheme === 'rediss', ...readAccount(account) };
  return kind === 'cluster'
    ? readCluster({ ...shared, hosts, path, query })
    : readSentinel({ ...shared, hosts, path, query });
}

/** Every host of an address, as people write them, without its accounts. */
export function redisPlace({ endpoints }: RedisAddress): string {
  return endpoints.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ');
}

export function isSame(a: Endpoint, b: Endpoint | undefined): boolean {
  return a.host === b?.host && a.port === b.port;
}

/** The passwords in it. */
export function redisPasswords(address: RedisAddress): string[] {
  const sentinel = address.kind === 'sentinel' ? [address.sentinelAccount.password] : [];
  return [address.password, ...sentinel].filter((password) => password !== undefined);
}

function readSingle(text: string): SingleAddress {
  const url = text.replace(/\/+$/, '');
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) throw new TypeError(`expected ${REDIS_FORMS}`);
  const { hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '') || 'localhost';
  return {
    ...{ kind: 'single', url, endpoints: [{ host, port: Number(port || 6379) }] },
    ...{ username: decoded(username), password: decoded(password) },
  };
}

interface Parts extends Account {
  readonly tls: boolean;
  readonly hosts: string;
  readonly path: string;
  readonly query: string | undefined;
}

function readCluster({ hosts, path, query, ...shared }: Parts): ClusterAddress {
  if (path !== '' && path !== '0') throw new TypeError('expected no database after the hosts: a Redis Cluster has one');
  if (query) throw new TypeError('expected nothing after the hosts of a Redis Cluster');
  return { kind: 'cluster', ...shared, endpoints: readHosts(hosts, 6379) };
}

function readSentinel({ hosts, path, query, ...shared }: Parts): SentinelAddress {
  const [master = '', db = '0', ...more] = path.replace(/\/$/, '').split('/');
  const isNamed = /^[A-Za-z0-9._-]+$/.test(master);
  if (!isNamed || !/^\d{1,4}$/.test(db) || more.length > 0) {
    throw new TypeError(
      'expected the name that the sentinels give the master after the hosts, and maybe a database: redis+sentinel://host:26379,host:26379/master-name/0',
    );
  }
  const parameters = new URLSearchParams(query);
  if ([...parameters.keys()].some((name) => !SENTINEL_PARAMETERS.includes(name))) {
    throw new TypeError(`expected no parameters but ${SENTINEL_PARAMETERS.join(' and ')}`);
  }
  const [username, password] = SENTINEL_PARAMETERS.map((name) => parameters.get(name) ?? undefined);
  const endpoints = readHosts(hosts, 26_379);
  return { kind: 'sentinel', ...shared, endpoints, master, db: Number(db), sentinelAccount: { username, password } };
}

function readHosts(hosts: string, defaultPort: number): Endpoint[] {
  return hosts.split(',').map((text) => {
    const [, host, port = String(defaultPort)] = ONE_HOST.exec(text) ?? [];
    if (host === undefined || Number(port) < 1 || Number(port) > 65_535) {
      throw new TypeError('expected hosts as host:port with commas between them, such as a:6379,b:6379,[::1]:6379');
    }
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  });
}

function readAccount(text: string | undefined): Account {
  if (!text) return { username: undefined, password: undefined };
  const at = text.indexOf(':');
  if (at < 0) throw new TypeError('expected user:password@ or :password@ before the hosts');
  return { username: decoded(text.slice(0, at)), password: decoded(text.slice(at + 1)) };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError('expected user and password percent-encoded: a % of them is written %25');
  }
}
