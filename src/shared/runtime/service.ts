/**
 * Something that runs long. `start` resolves when it truly runs, `stop` when it truly ended; both may be called
 * twice, and `stop` may be called without `start`.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}
