/** Classes of SQLSTATE that are about what was to be stored: a value that no column takes, a constraint, one row written twice. */
const ABOUT_A_ROW = ['21', '22', '23'];

/**
 * Does together what can be done together. Where Postgres refuses what one of many brings, the halves are tried, down to
 * the one that it refuses: its neighbours are no worse off for it.
 * @param attempt all or nothing, each time it is called
 * @param refused what is said of one that is refused
 * @throws what is no row's fault, such as a server that is away; what was attempted before that has been done
 */
export async function allButRefused<Item, Done>(
  items: readonly Item[],
  attempt: (items: readonly Item[]) => Promise<Done[]>,
  refused: (item: Item, error: unknown) => void,
): Promise<Done[]> {
  try {
    return await attempt(items);
  } catch (error) {
    if (!isAboutARow(error)) throw error;
    const [first] = items;
    if (items.length > 1) {
      const middle = Math.ceil(items.length / 2);
      const before = await allButRefused(items.slice(0, middle), attempt, refused);
      return [...before, ...(await allButRefused(items.slice(middle), attempt, refused))];
    }
    if (first !== undefined) refused(first, error);
    return [];
  }
}

function isAboutARow(error: unknown): boolean {
  const { meta } = Object(error) as { meta?: { driverAdapterError?: { cause?: { originalCode?: unknown } } } };
  const code = meta?.driverAdapterError?.cause?.originalCode;
  return typeof code === 'string' && ABOUT_A_ROW.includes(code.slice(0, 2));
}
