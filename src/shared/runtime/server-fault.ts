/** Why a server cannot be used. `settings`: its address or account is wrong; `away`: it may come back by itself. */
export interface ServerFault {
  readonly kind: 'settings' | 'away';
  /** A sentence: what, where, and what to do. Holds no password. */
  readonly message: string;
}

/** One or more servers cannot be used. */
export class ServersError extends Error {
  override readonly name = 'ServersError';
  readonly faults: readonly ServerFault[];

  constructor(faults: readonly ServerFault[]) {
    super(faults.map((fault) => fault.message).join('\n'));
    this.faults = faults;
  }
}

/** Where a URL leads, without its account: `localhost:5432`. */
export function serverAddress(url: string, defaultPort: number): string {
  const { hostname, port } = new URL(url);
  return `${hostname || 'localhost'}:${port || defaultPort}`;
}

/** The code of a failed connection; a name with several addresses fails with one error for each. */
export function connectionCode(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: { code?: string }[] };
  return code ?? errors?.[0]?.code ?? '';
}

/** What a failed connection means, in words; undefined when it was not the network. */
export function networkReason(code: string): string | undefined {
  return NETWORK_REASONS[code];
}

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name cannot be looked up',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ECONNRESET: 'it ended the connection',
};

/** What is wrong with the TLS of a connection, in words; undefined when it was not that. */
export function tlsReason(error: unknown): string | undefined {
  const code = connectionCode(error);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return 'its certificate is out of date (or the clock is)';
  if (UNKNOWN_AUTHORITY.has(code)) {
    return 'its certificate is signed by nobody known here (the file of a private CA goes into NODE_EXTRA_CA_CERTS)';
  }
  const message = error instanceof Error ? error.message : '';
  if (/wrong version number|packet length too long|does not support SSL/i.test(message)) return 'it does not speak TLS';
  return undefined;
}

/** @see https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);
