import type { NamedKey } from '../shared/platforms/learned-name.ts';
import type { AnyWish } from './hand-on.ts';

/** A dated wish with what was published to say it. */
export interface HeardWish {
  readonly wish: AnyWish;
  readonly learned: NamedKey | undefined;
  readonly channel: string;
  /** The message, or its element of one that says many things. */
  readonly payload: Buffer;
  /** The room to give back when it is settled. */
  readonly bytes: number;
}
