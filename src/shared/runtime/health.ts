/** How one thing fares: whether it does its work and, if not, why not. */
export interface Health {
  readonly ok: boolean;
  readonly reason?: string;
}

/** A question about health. A check that throws, or that does not answer in time, counts as failing. */
export interface Check {
  readonly name: string;
  check(): Health | Promise<Health>;
}
