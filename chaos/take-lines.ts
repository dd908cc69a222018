import { createInterface } from 'node:readline';

/** Takes what stdin says, one line after the other, and ends with whoever started this process. Says `ready` when it listens. */
export function takeLines(take: (line: string) => Promise<void>, onProblem: (problem: Error) => void): void {
  let taking = Promise.resolve();
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      taking = taking.then(() => take(line)).catch(onProblem);
    })
    .on('close', () => process.exit(0));
  console.log('ready');
}
