/** A line of text in parts, each with its colour, so that it can be cut before it is painted. */
export type Line = readonly { readonly text: string; readonly paint?: (text: string) => string }[];

/** Paints as much of the line as fits; a longer one would wrap and spoil the redrawing. */
export function fitted(line: Line, width: number): string {
  let room = width;
  return line
    .map(({ text, paint = String }) => {
      const part = text.slice(0, Math.max(0, room));
      room -= text.length;
      return part === '' ? '' : paint(part);
    })
    .join('');
}
