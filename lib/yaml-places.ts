import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { messageOf } from './errors.ts';

/** Where in a text, counted from 1. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** Why a text is no YAML. */
export interface YamlProblem extends YamlPlace {
  readonly code: string;
  /** The parser's words; they may quote the text. */
  readonly message: string;
}

/** A YAML text, and where in it each thing is said. */
export interface YamlText {
  /** What it says, as plain values; not to be looked at where there are problems. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /**
   * The place of a value, of its key where it is a property; else of the nearest thing around it that is there, or
   * undefined when there is none.
   */
  readonly placeOf: (path: readonly PropertyKey[]) => YamlPlace | undefined;
}

/** Reads a YAML text. Throws nothing: what is wrong is among its problems. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): YamlPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems: YamlProblem[] = document.errors.map(({ code, message, pos }) => ({
    code,
    message,
    ...at(pos[0]),
  }));
  let value: unknown;
  try {
    if (problems.length === 0) value = document.toJS();
  } catch (error) {
    // Aliases of aliases, which would fill the memory.
    problems.push({ code: 'BAD_ALIAS', message: messageOf(error), line: 1, column: 1 });
  }
  return {
    value,
    problems,
    placeOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isNode(key) && 'value' in key && key.value === last)
      : undefined;
    const node: unknown = isPair(pair) ? pair.key : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
