import type { JsonObject } from '../extract/json.ts';
import { idOf, microsOf, omit } from './tree.ts';

/** The object that a line is below of. */
export interface Parent {
  readonly id: string;
  readonly versionMicros: number | undefined;
}

/** One object of a bulk result that can go on: its parent, if it has one, has been seen. */
export interface Assembled {
  readonly node: JsonObject;
  readonly parent: Parent | undefined;
}

/** Puts the lines of a bulk result together again. */
interface Assembler {
  /** What can go on now: the line itself, and lines that waited for it. */
  readonly take: (line: JsonObject) => readonly Assembled[];
  /** Lines whose parent never came. */
  readonly waiting: () => number;
}

/**
 * A child names its parent by `__parentId` and may come anywhere, before its parent too. Of parents only id and version
 * are kept; children wait only for a parent that is still to come.
 */
export function createAssembler(): Assembler {
  const parents = new Map<string, Parent>();
  const orphans = new Map<string, JsonObject[]>();
  let waiting = 0;
  const takeRoot = (node: JsonObject): readonly Assembled[] => {
    const id = idOf(node, 'bulk result');
    const parent = { id, versionMicros: microsOf(node['updatedAt']) };
    parents.set(id, parent);
    const children = orphans.get(id) ?? [];
    orphans.delete(id);
    waiting -= children.length;
    return [{ node, parent: undefined }, ...children.map((child) => ({ node: child, parent }))];
  };
  return {
    take: (line) => {
      const parentId = line['__parentId'];
      if (typeof parentId !== 'string') return takeRoot(line);
      const node = omit(line, ['__parentId']);
      const parent = parents.get(parentId);
      if (parent !== undefined) return [{ node, parent }];
      orphans.set(parentId, [...(orphans.get(parentId) ?? []), node]);
      waiting += 1;
      return [];
    },
    waiting: () => waiting,
  };
}
