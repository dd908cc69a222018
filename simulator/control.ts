import type { Answer, WireRequest } from './wire.ts';

/** One call of the control interface. */
export interface ControlRoute {
  readonly method: string;
  readonly pattern: RegExp;
  answer(request: WireRequest): Answer | Promise<Answer>;
}
