/**
 * What lies between the slashes at both ends of a text. By hand: an expression such as /\/+$/ looks at every slash of a
 * long row once for each slash before it, and strangers choose the paths.
 */
export function withinSlashes(text: string): string {
  let from = 0;
  while (text[from] === '/') from++;
  return withoutLastSlashes(text.slice(from));
}

export function withoutLastSlashes(text: string): string {
  let to = text.length;
  while (text[to - 1] === '/') to--;
  return text.slice(0, to);
}
