import { type Fault, killAndAwait } from '../stage.ts';

/** `kill -9`, one process after the other, and several in one moment. */
export const KILL_ROLES: readonly Fault[] = [
  killing('kill -9 poll', ['poll-1']),
  killing('kill -9 flush', ['flush']),
  killing('kill -9 listen', ['listen']),
  killing('kill -9 sync', ['sync']),
  killing('kill -9 both that poll', ['poll-1', 'poll-2']),
  killing('kill -9 everything', ['listen', 'flush', 'sync', 'poll-1', 'poll-2']),
];

/** They go on where their position says. */
export const KILL_SHARDS: readonly Fault[] = [
  killing('kill -9 a shard', ['shard 1']),
  killing('kill -9 both shards', ['shard 0', 'shard 1']),
];

function killing(name: string, victims: readonly string[]): Fault {
  return { name, platforms: null, strike: (stage) => killAndAwait(stage, victims) };
}
