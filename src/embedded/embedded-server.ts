/** A server of our own, on loopback. */
export interface EmbeddedServer {
  readonly port: number;
  /** Resolves when it ended, by whatever cause. */
  readonly exited: Promise<number | null>;
  stop(): Promise<void>;
  /** SIGKILL */
  kill(): Promise<void>;
}
