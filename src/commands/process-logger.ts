import { prettyFactory } from 'pino-pretty';
import { type Config, secretsOf } from '../shared/config/config.ts';
import { createLogger, type Logger } from '../shared/runtime/logger.ts';

/**
 * What runs long logs to stdout, as JSON lines, or readable on a terminal. A command keeps stdout for its result, and
 * only warns unless LOG_LEVEL asks for more.
 */
export function createProcessLogger(config: Config, runsLong: boolean): Logger {
  const stream = runsLong ? process.stdout : process.stderr;
  const level = runsLong || process.env.LOG_LEVEL ? config.LOG_LEVEL : 'warn';
  const options = { colorize: !process.env.NO_COLOR, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' };
  const pretty = stream.isTTY ? prettyFactory(options) : String;
  const destination = { write: (line: string) => void stream.write(pretty(line)) };
  return createLogger({ level, secrets: secretsOf(config), destination });
}
