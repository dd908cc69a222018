import { shown } from '../domain/shown.ts';
import { VARIABLES, type ValueOf, type Variable, type VariableName } from './variables.ts';

export type ReadValue<T> =
  | { readonly value: T; readonly fault: null }
  /** Name, what was expected and what was given; a secret is not repeated. */
  | { readonly value: null; readonly fault: string };

/** Reads one variable, wherever its text comes from. */
export function readValue<N extends VariableName>(name: N, text: string): ReadValue<ValueOf<N>> {
  const { schema, secret }: Variable = VARIABLES[name];
  const read = schema.safeParse(text);
  if (read.success) return { value: read.data as ValueOf<N>, fault: null };
  const given = secret ? '(hidden)' : givenText(text);
  return { value: null, fault: `${name}: ${read.error.issues[0]?.message}, got ${given}` };
}

/** What is longer than any setting is not looked through for accounts. */
const LONGEST = 2_000;

function givenText(text: string): string {
  return text.length > LONGEST ? `${text.length} characters` : shown(withoutAccount(text));
}

/** Whatever looks like the account of a URL: it is no secret by its name, and yet may hold one. */
function withoutAccount(text: string): string {
  return text.replace(/\/\/\S*@/g, '//(hidden)@');
}
