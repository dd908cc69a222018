import { connect, type Socket } from 'node:net';

/** A command as it reached Redis, in lower case, and what was given to it. */
export interface Overheard {
  readonly command: string;
  readonly given: readonly string[];
}

/**
 * Everything that is said to a Redis, by MONITOR, also after the server was restarted. On a plain socket: a client library
 * takes what it overhears for answers.
 */
export async function overhear(url: string, onCommand: (overheard: Overheard) => void): Promise<() => void> {
  const { port, username, password } = new URL(url);
  const login = password === '' ? '' : `AUTH ${username || 'default'} ${decodeURIComponent(password)}\r\n`;
  let socket: Socket | undefined;
  let ended = false;

  function listen(): Promise<void> {
    return new Promise((resolve) => {
      let rest = '';
      socket = connect(Number(port), '127.0.0.1', () => socket?.write(`${login}MONITOR\r\n`));
      socket.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString('latin1')).split('\r\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === '+OK') resolve();
          const [command = '', ...given] = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
          if (command !== '') onCommand({ command: command.toLowerCase(), given });
        }
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (!ended) setTimeout(() => void listen().then(resolve), 10);
      });
    });
  }

  await listen();
  return () => {
    ended = true;
    socket?.destroy();
  };
}
