import { fitted } from './line.ts';
import type { Words } from './words.ts';

/** Where the demo is watched. */
export interface View {
  /** A line that stays. */
  say(line: string): void;
  /** Time has passed. */
  tick(): void;
  close(): void;
}

/** The part of a terminal that is used. */
export interface Terminal {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/**
 * Events scroll by, and below them a block is redrawn in place. The cursor is only moved, never hidden, so there is
 * nothing to restore however the demo ends.
 */
export function createTerminalView(terminal: Terminal, words: Words): View {
  let drawn = 0;
  const erase = (): string => (drawn > 0 ? `\x1b[${drawn}A\r\x1b[J` : '');
  function draw(above: string): void {
    const width = (terminal.columns ?? 80) - 1;
    const lines = words.block().slice(0, Math.max(1, (terminal.rows ?? 24) - 2));
    const before = erase();
    drawn = lines.length;
    terminal.write(`${before}${above}${lines.map((line) => `${fitted(line, width)}\n`).join('')}`);
  }
  return {
    say: (line) => draw(`${line}\n`),
    tick: () => draw(''),
    close: () => draw(''),
  };
}

const GLANCE_MS = 10_000;

/** One line an event, and now and then one about everything: for logs and pipes. */
export function createPlainView(write: (line: string) => void, words: Words): View {
  let glancedAt = Date.now();
  for (const address of words.addresses) write(address);
  return {
    say: write,
    tick() {
      if (Date.now() - glancedAt < GLANCE_MS) return;
      glancedAt = Date.now();
      write(words.glance());
    },
    close: () => undefined,
  };
}
