/**
 * All that is on an island: a way from there to a server on this side. `node island-process.js <its address> <ours>`, in a
 * network of its own. Its stdin tells the port on our side, once there is one; its stdout tells its own. Ends with its stdin.
 */
import { createInterface } from 'node:readline';
import { startProxy } from './proxy.ts';

const [host = '', targetHost = ''] = process.argv.slice(2);

createInterface({ input: process.stdin })
  .on('line', (port) => void open(Number(port)))
  .on('close', () => process.exit(0));
console.log('there');

async function open(targetPort: number): Promise<void> {
  const { port } = await startProxy(targetPort, { host, targetHost });
  console.log(port);
}
