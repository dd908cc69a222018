/** @returns undefined, which fits no schema, when the text is not JSON: it is refused where everything else is refused */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
