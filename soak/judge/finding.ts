/** One thing that was demanded, and how it is. */
export interface Finding {
  readonly what: string;
  /** For people, with units. */
  readonly found: string;
  readonly wanted: string;
  readonly ok: boolean;
}

export function mb(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

export function seconds(ms: number | null): string {
  return ms === null ? '–' : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
