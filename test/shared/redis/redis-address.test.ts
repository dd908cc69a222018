import { describe, expect, it } from 'vitest';
import { readRedisAddress, redisPasswords, redisPlace } from '../../../src/shared/redis/redis-address.ts';

const fault = (url: string): string => {
  try {
    return `read as ${readRedisAddress(url).kind}`;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
};

describe('where Redis is', () => {
  it('is one server, as ever', () => {
    const address = readRedisAddress(' rediss://tally:p%40ss@redis.internal/2/ ');
    expect(address).toMatchObject({ kind: 'single', url: 'rediss://tally:p%40ss@redis.internal/2' });
    expect([address.username, address.password, redisPlace(address)]).toEqual(['tally', 'p@ss', 'redis.internal:6379']);
  });

  it('is the master that sentinels name', () => {
    expect(readRedisAddress('redis+sentinel://tally:p%40ss@a:26379,b,[::1]:26380/my-master/3')).toEqual({
      ...{ kind: 'sentinel', tls: false, username: 'tally', password: 'p@ss', master: 'my-master', db: 3 },
      endpoints: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_379 },
        { host: '::1', port: 26_380 },
      ],
      sentinelAccount: { username: undefined, password: undefined },
    });
  });

  it('has sentinels with an account of their own', () => {
    const address = readRedisAddress(
      'rediss+sentinel://:one%2Ftwo@a/mymaster?sentinelUsername=watch&sentinelPassword=thr%26ee',
    );
    expect(address).toMatchObject({ tls: true, username: undefined, db: 0 });
    expect(address).toMatchObject({ sentinelAccount: { username: 'watch', password: 'thr&ee' } });
    expect(redisPasswords(address)).toEqual(['one/two', 'thr&ee']);
  });

  it('is some nodes of a Redis Cluster', () => {
    const address = readRedisAddress('rediss+cluster://tally:secret@a.test:7000,b.test/');
    expect(address).toMatchObject({ kind: 'cluster', tls: true, username: 'tally', password: 'secret' });
    expect(redisPlace(address)).toBe('a.test:7000, b.test:6379');
    expect(redisPlace(readRedisAddress('redis+cluster://[fd00::1]:7000/0'))).toBe('[fd00::1]:7000');
  });
});

describe('an address that cannot be read', () => {
  it.each([
    ['http://a', /^expected redis:\/\/host:6379, redis\+sentinel:/],
    ['redis://:hunter22/x@a', /^expected redis:\/\//],
    ['redis+sentinel://a:26379,b:26379', /^expected the name that the sentinels give the master/],
    ['redis+sentinel://a/mymaster/x', /^expected the name/],
    ['redis+sentinel://a/mymaster/0/1', /^expected the name/],
    ['redis+sentinel://a/mymaster?password=hunter22', /^expected no parameters but sentinelUsername and/],
    ['redis+cluster://a:7000/1', /^expected no database after the hosts/],
    ['redis+cluster://a:7000?x=y', /^expected nothing after the hosts/],
    ['redis+cluster://a:70000', /^expected hosts as host:port/],
    ['redis+cluster://a:0', /^expected hosts as host:port/],
    ['redis+cluster://a,,b', /^expected hosts as host:port/],
    ['redis+cluster://', /^expected hosts as host:port/],
    ['redis+cluster://hunter22@a', /^expected user:password@ or :password@/],
    ['redis+cluster://u:hunter22%@a', /^expected user and password percent-encoded/],
    ['redis+cluster://u:hunter22@x@a', /percent-encoded/],
    ['redis+cluster://u:hunter22/x@a', /./],
    ['redis+unix:///tmp/x', /^expected redis:\/\//],
  ])('%s is refused with what is expected, and without its password', (url, expected) => {
    expect(fault(url)).toMatch(expected);
    expect(fault(url)).not.toContain('hunter22');
  });
});
