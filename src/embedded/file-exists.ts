import { access } from 'node:fs/promises';

/** Whether there is such a file or directory, as far as we may see. */
export function fileExists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
