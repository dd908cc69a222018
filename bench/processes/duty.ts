/** What a process of the benchmark can be asked to do, by name. */
export type Duties = Readonly<Record<string, (input: never) => unknown>>;

export interface Order {
  readonly id: number;
  readonly duty: string;
  readonly input: unknown;
}

export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly fault: string });

/** Answers the orders of the process that started this one, one at a time, and ends with it. */
export function serve(duties: Duties): void {
  let last: Promise<void> = Promise.resolve();
  process.on('message', (order: Order) => {
    last = last.then(() => answer(duties, order));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(duties: Duties, { id, duty, input }: Order): Promise<void> {
  const found = duties[duty];
  try {
    if (!found) throw new Error(`no duty named ${duty}`);
    reply({ id, value: await found(input as never) });
  } catch (error) {
    reply({ id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function reply(answer: Answer): void {
  process.send?.(answer);
}
