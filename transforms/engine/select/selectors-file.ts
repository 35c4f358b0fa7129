import { LineCounter, isNode, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { nearest } from '../../../lib/edit-distance.ts';
import type { NamedSelector } from './context.ts';
import { selectErrors } from './errors.ts';
import { parseCriterion, parseMethod } from './parse.ts';
import { indirectModes } from './selection.ts';
import type { Criterion, Selection } from './selection.ts';

const fileSchema = z.strictObject({
  selectors: z.array(
    z.strictObject({
      name: z.string().min(1),
      description: z.string().default(''),
      default: z.boolean().default(false),
      definition: z.unknown(),
    }),
  ),
});

const depthSchema = z.union([z.number().int().min(0), z.string().regex(/^\d+$/).transform(Number)]);

const criterionSchema = z.strictObject({
  method: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  childrens_parents: z.boolean().default(false),
  parents: z.boolean().default(false),
  parents_depth: depthSchema.optional(),
  children: z.boolean().default(false),
  children_depth: depthSchema.optional(),
  indirect_selection: z.enum(indirectModes).optional(),
  exclude: z.array(z.unknown()).optional(),
});

type Path = readonly (string | number)[];

/** Where a definition stands, and the selectors that it may refer to: those above it. */
interface Scope {
  readonly whereIs: (path: Path) => string;
  readonly known: ReadonlyMap<string, NamedSelector>;
}

/** Named selectors of a selectors.yml, in dbt's grammar; every error has file, line and column. */
export function parseSelectors(file: string, text: string): Map<string, NamedSelector> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const whereIs = (path: Path): string => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return `${file}:${line}:${col}`;
  };
  const [defect] = document.errors;
  if (defect !== undefined) throw invalid(defect.message, `${file}:${lines.linePos(defect.pos[0]).line}`);
  const parsed = fileSchema.safeParse(document.toJS());
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error), whereIs(pathOf(parsed.error)));
  const known = new Map<string, NamedSelector>();
  for (const [index, each] of parsed.data.selectors.entries()) {
    const path = ['selectors', index];
    if (known.has(each.name)) throw invalid(`there is another selector ${each.name}`, whereIs(path));
    const standing = [...known.values()].find(({ isDefault }) => isDefault);
    if (each.default && standing !== undefined) {
      throw invalid(`${standing.name} and ${each.name} are both the default`, whereIs(path));
    }
    const { name, description, default: isDefault } = each;
    const selection = toSelection(each.definition, [...path, 'definition'], { whereIs, known });
    known.set(name, { name, description, isDefault, selection });
  }
  return known;
}

/** The nearest node that exists on the way to a path. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function pathOf(error: z.ZodError): Path {
  return (error.issues[0]?.path ?? []).filter((part) => typeof part !== 'symbol');
}

function toSelection(definition: unknown, path: Path, scope: Scope): Selection {
  if (typeof definition === 'string') return criterionText(definition, path, scope);
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw invalid(
      'a definition is a text, a method with a value, a union or an intersection',
      scope.whereIs(path),
    );
  }
  const entries: Record<string, unknown> = { ...definition };
  if ('union' in entries) return setOperation('union', entries, path, scope);
  if ('intersection' in entries) return setOperation('intersection', entries, path, scope);
  return criterionEntry(entries, path, scope);
}

function criterionText(text: string, path: Path, { whereIs }: Scope): Criterion {
  if (/[ ,]/.test(text)) {
    throw invalid(
      `\`${text}\` holds more than one criterion: write a union or an intersection`,
      whereIs(path),
    );
  }
  return parseCriterion({ text, place: whereIs(path), column: undefined });
}

function setOperation(
  kind: 'union' | 'intersection',
  entries: Readonly<Record<string, unknown>>,
  path: Path,
  scope: Scope,
): Selection {
  const others = Object.keys(entries).filter((key) => key !== kind);
  if (others.length > 0)
    throw invalid(`${kind} stands alone, without ${others.join(', ')}`, scope.whereIs(path));
  const parts = listOf(entries[kind], [...path, kind], scope);
  const excludes = parts.flatMap((part, index) => (isExclude(part) ? [{ part, index }] : []));
  if (excludes.length > 1) throw invalid(`a ${kind} takes one exclude`, scope.whereIs([...path, kind]));
  const included = parts.flatMap((part, index) =>
    isExclude(part) ? [] : [toSelection(part, [...path, kind, index], scope)],
  );
  const whole: Selection = { kind, parts: included, indirect: 'eager' };
  const [exclude] = excludes;
  if (exclude === undefined) return whole;
  return without(whole, exclude.part.exclude, [...path, kind, exclude.index, 'exclude'], scope);
}

function isExclude(part: unknown): part is { readonly exclude: unknown } {
  return typeof part === 'object' && part !== null && 'exclude' in part && !('method' in part);
}

function without(from: Selection, excluded: unknown, path: Path, scope: Scope): Selection {
  const parts = listOf(excluded, path, scope).map((each, index) =>
    toSelection(each, [...path, index], scope),
  );
  return { kind: 'difference', parts: [from, ...parts], indirect: 'eager' };
}

function listOf(value: unknown, path: Path, { whereIs }: Scope): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw invalid(`${String(path.at(-1))} takes a list of definitions`, whereIs(path));
}

function criterionEntry(entries: Readonly<Record<string, unknown>>, path: Path, scope: Scope): Selection {
  const [only, ...more] = Object.keys(entries);
  const isShort = only !== undefined && more.length === 0 && only !== 'method';
  const parsed = criterionSchema.safeParse(isShort ? { method: only, value: entries[only] } : entries);
  if (!parsed.success) {
    throw invalid(z.prettifyError(parsed.error), scope.whereIs([...path, ...pathOf(parsed.error)]));
  }
  const { method, value, exclude } = parsed.data;
  if (method === 'selector') return inherited(String(value), path, scope);
  const where = scope.whereIs(path);
  const criterion: Criterion = {
    kind: 'criterion',
    ...parseMethod(method, { text: method, place: where, column: undefined }),
    value,
    childrensParents: parsed.data.childrens_parents,
    parents: parsed.data.parents ? (parsed.data.parents_depth ?? Infinity) : 0,
    children: parsed.data.children ? (parsed.data.children_depth ?? Infinity) : 0,
    indirect: parsed.data.indirect_selection,
    raw: `${method}:${value}`,
    where,
  };
  return exclude === undefined ? criterion : without(criterion, exclude, [...path, 'exclude'], scope);
}

function inherited(name: string, path: Path, { known, whereIs }: Scope): Selection {
  const found = known.get(name);
  if (found !== undefined) return found.selection;
  const near = nearest(name, known.keys());
  throw invalid(
    `there is no selector ${name} above this one${near === undefined ? '' : `; did you mean ${near}?`}`,
    whereIs(path),
  );
}

function invalid(message: string, where: string): Error {
  return selectErrors.error('SELECT_SELECTORS_INVALID', { message, where });
}
