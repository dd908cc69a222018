import { createSignal } from './signal.ts';

/** `look`: ask Redis, because something may have been missed. */
export type Incoming = { readonly kind: 'look' } | { readonly kind: 'message'; readonly raw: Buffer };

/** What was heard and waits for its turn. Bounded: what does not fit is read from the log later. */
export interface Inbox {
  put(raw: Buffer): void;
  /** Comes before all messages. */
  look(): void;
  /** @throws the signal's reason once it is aborted */
  take(signal: AbortSignal): Promise<Incoming>;
}

const MOST_MESSAGES = 1_000;
const MOST_BYTES = 8 * 1024 * 1024;

export function createInbox(): Inbox {
  const wake = createSignal();
  let messages: Buffer[] = [];
  let bytes = 0;
  let mustLook = false;

  function look(): void {
    mustLook = true;
    wake.raise();
  }

  return {
    look,
    put(raw) {
      if (messages.length >= MOST_MESSAGES || bytes + raw.length > MOST_BYTES) {
        messages = [];
        bytes = 0;
        look();
        return;
      }
      messages.push(raw);
      bytes += raw.length;
      wake.raise();
    },
    async take(signal) {
      signal.addEventListener('abort', wake.raise, { once: true });
      try {
        while (!mustLook && messages.length === 0 && !signal.aborted) await wake.raised();
      } finally {
        signal.removeEventListener('abort', wake.raise);
      }
      signal.throwIfAborted();
      const raw = mustLook ? undefined : messages.shift();
      if (raw === undefined) {
        mustLook = false;
        return { kind: 'look' };
      }
      bytes -= raw.length;
      return { kind: 'message', raw };
    },
  };
}
