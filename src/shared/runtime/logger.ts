import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;

const HIDDEN = '[hidden]';
const SECRET_KEYS = ['password', 'secret', 'token', 'authorization'];
const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`]);

export interface LoggerOptions {
  readonly level: string;
  /** Values to scrub wherever they turn up in a line. */
  readonly secrets: readonly string[];
  /** Where lines go; stdout unless told. */
  readonly destination: DestinationStream;
}

/** A pino logger that scrubs secrets by path and, in the finished line, by value. */
export function createLogger({ level, secrets, destination }: LoggerOptions): Logger {
  const scrub = scrubber(secrets);
  return pino(
    {
      level,
      base: null,
      redact: { paths: SECRET_PATHS, censor: HIDDEN },
      serializers: { err: pino.stdSerializers.err },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write: (line: string) => destination.write(scrub(line)) },
  );
}

/** Replaces each secret, as it is and as JSON or a URL would write it. Short ones (under 6 characters) would hide half of every line. */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= 6)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  const unique = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (line) => unique.reduce((text, secret) => text.replaceAll(secret, HIDDEN), line);
}
