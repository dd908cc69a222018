import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** A value that must turn up nowhere, in a form that a URL, JSON and base64 each write in another way. */
export function canary(name: string): string {
  return `canary-${name}-${randomBytes(6).toString('hex')}/+&="%`;
}

/** Each as it is, and as URLs, JSON and base64 write it; in base64 also amid other text, such as behind an account. */
export function formsOf(secret: string): string[] {
  const shifted = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${' '.repeat(offset)}${secret}`).toString('base64');
    // The ends depend on what stands beside it.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  const plain = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
  ];
  const bases = shifted.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
  return [...new Set([...plain, ...bases, Buffer.from(secret).toString('hex'), secret.split('/')[0] ?? secret])];
}

/** Which of the secrets turn up in the text, by their names, with what stands around them. */
export function foundIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => {
      const at = text.indexOf(form);
      return at < 0 ? [] : [`${name}: …${text.slice(Math.max(0, at - 80), at + form.length + 40)}…`];
    }),
  );
}

/** The command lines of everything that runs on this machine, as `ps` shows them to everybody. */
export async function commandLines(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.join('\n').replaceAll('\0', ' ');
}
