import { isLosslessNumber, parse } from 'lossless-json';

/** JSON as it is written: names may stand twice, numbers have all their digits, and a leaf may be no JSON at all. */
export type Tree =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly fields: readonly Field[] };

type Field = readonly [name: string, content: Tree];

export function treeOf(json: string): Tree {
  return treeOfValue(parse(json));
}

export function textOf(tree: Tree): string {
  if (tree.kind === 'leaf') return tree.text;
  if (tree.kind === 'list') return `[${tree.items.map(textOf).join(',')}]`;
  return `{${tree.fields.map(([name, content]) => `${JSON.stringify(name)}:${textOf(content)}`).join(',')}}`;
}

/** What is done to one field, or one element, of a message. */
export interface Mutation {
  /** Counts the fields and elements of the whole message, round and round. */
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'double' | 'rename' | 'wrap' | 'add';
  readonly name: string;
  readonly content: string;
}

export function mutated(tree: Tree, mutation: Mutation): Tree {
  const places = placesIn(tree);
  return places === 0 ? leaf(mutation.content) : walk(tree, mutation, { left: mutation.at % places });
}

/** How many fields and elements there are, at all depths. */
function placesIn(tree: Tree): number {
  const inner = tree.kind === 'list' ? tree.items : tree.kind === 'object' ? tree.fields.map(([, one]) => one) : [];
  return inner.reduce((sum, one) => sum + 1 + placesIn(one), 0);
}

/** @param count of places still to be passed */
function walk(tree: Tree, mutation: Mutation, count: { left: number }): Tree {
  if (tree.kind === 'leaf') return tree;
  if (tree.kind === 'list') {
    const fields = tree.items.map((item): Field => ['', item]);
    return { kind: 'list', items: step(fields, mutation, count).map(([, item]) => item) };
  }
  return { kind: 'object', fields: step(tree.fields, mutation, count) };
}

function step(fields: readonly Field[], mutation: Mutation, count: { left: number }): Field[] {
  return fields.flatMap(([name, content]): Field[] => {
    const isIt = count.left === 0;
    count.left -= 1;
    return isIt ? changed([name, content], mutation) : [[name, walk(content, mutation, count)]];
  });
}

function changed([name, content]: Field, mutation: Mutation): Field[] {
  const other = leaf(mutation.content);
  switch (mutation.how) {
    case 'replace':
      return [[name, other]];
    case 'remove':
      return [];
    case 'double':
      return [
        [name, content],
        [name, other],
      ];
    case 'rename':
      return [[mutation.name, content]];
    case 'wrap':
      return [[name, { kind: 'list', items: [content] }]];
    case 'add':
      return [
        [name, content],
        [mutation.name, other],
      ];
    default:
      return mutation.how satisfies never;
  }
}

function treeOfValue(value: unknown): Tree {
  if (isLosslessNumber(value)) return leaf(value.toString());
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOfValue) };
  if (typeof value !== 'object' || value === null) return leaf(JSON.stringify(value));
  return { kind: 'object', fields: Object.entries(value).map(([name, content]) => [name, treeOfValue(content)]) };
}

function leaf(text: string): Tree {
  return { kind: 'leaf', text };
}
