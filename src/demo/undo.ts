/** What has to be undone, the newest first, whatever became of the rest. */
export interface Undo {
  add(step: () => Promise<unknown>): void;
  /** Never rejects: what cannot be undone must not keep the others from it. */
  run(): Promise<void>;
}

export function createUndo(): Undo {
  const steps: (() => Promise<unknown>)[] = [];
  return {
    add: (step) => void steps.push(step),
    async run() {
      for (let step = steps.pop(); step; step = steps.pop()) await step().catch(() => undefined);
    },
  };
}
