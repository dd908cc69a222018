import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Account } from '../../src/embedded/account.ts';

/** A certificate and its key, both as PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Signs certificates of servers, as the private authority of a company would. */
export interface Authority {
  /** What clients are to trust, as PEM. */
  readonly certificate: string;
  /** @param name of the host that it is for. @param days it is good from now on; fewer than none: it was */
  issue(name: string, days?: number): Certificate;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * Made on the spot, so that none in the repository runs out: X.509 v3 (RFC 5280), signed with ECDSA on P-256.
 * @param name another one for each authority: by it a client finds who signed
 */
export function createAuthority(name: string): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = signed(own.privateKey, {
    ...{ issuer: name, subject: name, publicKey: own.publicKey, days: 2 },
    extension: sequence(oid(0x55, 0x1d, 0x13), TRUE, octets(sequence(TRUE))), // basic constraints: an authority
  });
  return {
    certificate,
    issue(host, days = 2) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const alternative = sequence(der(0x82, Buffer.from(host, 'ascii')));
      return {
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        certificate: signed(own.privateKey, {
          ...{ issuer: name, subject: host, publicKey, days },
          extension: sequence(oid(0x55, 0x1d, 0x11), octets(alternative)), // subject alternative name
        }),
      };
    },
  };
}

/**
 * `server` and `localhost` are for localhost, `elsewhere` is for another host, `expired` was for localhost, `ca.crt` signed all of
 * them, and `other-ca.crt` none. @param account that is to read the keys
 */
export async function writeCertificates(directory: string, account: Account | null = null): Promise<void> {
  await mkdir(directory, { mode: 0o755 });
  const write = (name: string, text: string, mode: number) => writeFile(path.join(directory, name), text, { mode });
  const authority = createAuthority(`Authority ${randomBytes(4).toString('hex')}`);
  await write('ca.crt', authority.certificate, 0o644);
  await write('other-ca.crt', createAuthority('Another authority').certificate, 0o644);
  const local = authority.issue('localhost');
  const issued = {
    server: local,
    localhost: local,
    elsewhere: authority.issue('elsewhere.test'),
    expired: authority.issue('localhost', -1),
  };
  for (const [name, { certificate, key }] of Object.entries(issued)) {
    await write(`${name}.crt`, certificate, 0o644);
    await write(`${name}.key`, key, 0o600);
    if (account) await chown(path.join(directory, `${name}.key`), account.uid, account.gid);
  }
}

interface Content {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly days: number;
  readonly extension: Buffer;
}

function signed(key: KeyObject, { issuer, subject, publicKey, days, extension }: Content): string {
  const algorithm = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // ecdsa-with-SHA256
  const now = Date.now();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // version 3
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])), // serial
    algorithm,
    nameOf(issuer),
    sequence(time(now - 3 * DAY_MS), time(now + days * DAY_MS)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const whole = sequence(body, algorithm, bits(sign('sha256', body, key)));
  const lines = whole.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

/** One element of DER: what it is, how long, and what is in it. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, ...lengthOf(body)), body]);
}

/** DER allows only the shortest form. */
function lengthOf({ length }: Buffer): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const octets = (content: Buffer): Buffer => der(0x04, content);
const bits = (content: Buffer): Buffer => der(0x03, Buffer.of(0), content);
const oid = (...encoded: readonly number[]): Buffer => der(0x06, Buffer.from(encoded));
const TRUE = der(0x01, Buffer.of(0xff));

function nameOf(common: string): Buffer {
  return sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(common)))));
}

/** UTCTime, whose years have two digits. */
function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '');
  return der(0x17, Buffer.from(`${text}Z`, 'ascii'));
}
