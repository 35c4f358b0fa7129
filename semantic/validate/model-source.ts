import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import type { z } from 'zod';
import type { Finding } from './finding.ts';
import { modelFileSchema } from './model-schema.ts';
import type { CubeText, ViewText } from './model-schema.ts';

type Path = readonly PropertyKey[];

/** Where in a file something is said: `cubes/orders.yml:12:9`. */
export type Locate = (path: Path) => string;

/** A file that says what the schema allows. */
export interface SourceFile {
  readonly fileName: string;
  readonly cubes: readonly CubeText[];
  readonly views: readonly ViewText[];
  readonly locate: Locate;
}

/** Reads one file of the model; what it says wrongly is told with line and column. */
export function readSource(fileName: string, content: string): SourceFile | readonly Finding[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${fileName}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    return document.errors.map(({ message, pos }) => ({
      rule: 'yaml',
      message: `this is no YAML: ${message}`,
      where: place(pos[0]),
      remedy: 'Correct the line; a text with a colon or a brace has to be quoted.',
    }));
  }
  const locate: Locate = (path) => place(offsetOf(document, path));
  const parsed = modelFileSchema.safeParse(document.toJS() ?? {});
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => schemaFindings(issue, locate));
  return { fileName, cubes: parsed.data.cubes ?? [], views: parsed.data.views ?? [], locate };
}

/** The place of a value, of its key where it is a property; else of the nearest thing around it that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const last = path[length - 1];
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isNode(key) && 'value' in key && key.value === last)
      : undefined;
    const node: unknown = isPair(pair) ? pair.key : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

const allowed: Partial<Record<z.core.$ZodIssue['code'], string>> = {
  unrecognized_keys: 'Remove it, or correct its name.',
  invalid_value: 'Use one of the values named here.',
  invalid_type: 'Say it, in the form that is expected.',
};

function schemaFindings(issue: z.core.$ZodIssue, locate: Locate): Finding[] {
  const remedy = allowed[issue.code] ?? 'Correct it; semantic/README.md shows a whole cube and a whole view.';
  const name = issue.path.filter((part) => typeof part === 'string').join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      rule: 'schema',
      message: `${name === '' ? 'the file' : name} has no property "${key}"`,
      where: locate([...issue.path, key]),
      remedy,
    }));
  }
  const message = `${name === '' ? 'the file' : name}: ${issue.message}`;
  return [{ rule: 'schema', message, where: locate(issue.path), remedy }];
}
