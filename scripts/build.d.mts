/** @returns whether there was anything to do */
export function build(options?: { tolerant?: boolean; onStart?: () => void }): Promise<boolean>;
