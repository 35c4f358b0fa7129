import type { A_Const, ColumnRef, FuncCall, Node, SelectStmt } from '@pgsql/types';

/** What a visitor says of a node: whether to go into it. */
export type Step = 'into' | 'past';

/** Looks at every node below a value, outermost first. */
export function walk(value: unknown, visit: (node: Node) => Step): void {
  if (Array.isArray(value)) {
    for (const each of value) walk(each, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value) && visit(value) === 'past') return;
  for (const each of Object.values(value)) walk(each, visit);
}

/** A copy with nodes replaced, outermost first; what `replace` gives for a node is not looked into again. */
export function mapTree<T>(value: T, replace: (node: Node) => Node | undefined): T {
  if (Array.isArray(value)) return value.map((each: unknown) => mapTree(each, replace)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const replaced = isNode(value) ? replace(value) : undefined;
  if (replaced !== undefined) return replaced as T;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTree(each, replace)])) as T;
}

/** Nodes are objects with one field, whose name says what they are. */
function isNode(value: object): value is Node {
  const keys = Object.keys(value);
  const [name = ''] = keys;
  return keys.length === 1 && /^[A-Z]/.test(name);
}

/** Where a node stands in the text: bytes. */
export function locationOf(node: unknown): number | undefined {
  let found: number | undefined;
  walk(node, (each) => {
    const { location } = Object.values(each)[0] as { readonly location?: number };
    if (location !== undefined && (found === undefined || location < found)) found = location;
    return 'into';
  });
  return found;
}

export function textsOf(names: readonly Node[] = []): string[] {
  return names.map((name) => ('String' in name ? (name.String.sval ?? '') : '*'));
}

/** Name of a function of PostgreSQL's; undefined for one of another schema. */
export function functionName({ funcname = [] }: FuncCall): string | undefined {
  const path = textsOf(funcname);
  return path.length === 1 || path[0] === 'pg_catalog' ? path.at(-1) : undefined;
}

/** `country`, `finance.country` or `*` as a path. */
export function pathOf({ fields = [] }: ColumnRef): string[] {
  return textsOf(fields);
}

export function selectOf(node: Node | undefined): SelectStmt | undefined {
  return node !== undefined && 'SelectStmt' in node ? node.SelectStmt : undefined;
}

/** An expression without casts that leave a text a text. */
export function withoutTextCast(node: Node): Node {
  if (!('TypeCast' in node) || node.TypeCast.arg === undefined) return node;
  const type = typeName(node.TypeCast.typeName?.names);
  const isPlain = (node.TypeCast.typeName?.typmods ?? []).length === 0;
  return isPlain && (type === 'text' || type === 'varchar') ? withoutTextCast(node.TypeCast.arg) : node;
}

export function typeName(names: readonly Node[] | undefined): string | undefined {
  return textsOf(names).at(-1);
}

export function column(...path: readonly string[]): Node {
  return { ColumnRef: { fields: path.map((sval) => ({ String: { sval } })) } };
}

export function call(name: string, ...args: readonly Node[]): Node {
  return {
    FuncCall: { funcname: [{ String: { sval: name } }], args: [...args], funcformat: 'COERCE_EXPLICIT_CALL' },
  };
}

export function cast(arg: Node, type: string, isArray = false): Node {
  const arrayBounds = isArray ? { arrayBounds: [{ Integer: { ival: -1 } }] } : {};
  return {
    TypeCast: { arg, typeName: { names: [{ String: { sval: type } }], typemod: -1, ...arrayBounds } },
  };
}

export function integer(ival: number): Node {
  return { A_Const: { ival: ival === 0 ? {} : { ival } } };
}

export function text(sval: string): Node {
  return { A_Const: { sval: { sval } } };
}

export const nullConstant: Node = { A_Const: { isnull: true } };

export function orZero(node: Node): Node {
  return { CoalesceExpr: { args: [node, integer(0)] } };
}

/** All must hold. */
export function allOf(conditions: readonly Node[]): Node | undefined {
  const [first] = conditions;
  return conditions.length > 1 ? { BoolExpr: { boolop: 'AND_EXPR', args: [...conditions] } } : first;
}

/** Whether a SELECT's own FROM gives a name, which hides the one of a query around it. */
export function hides({ fromClause = [] }: SelectStmt, alias: string): boolean {
  return fromClause.some((from) => namesRange(from, alias));
}

function namesRange(from: Node, alias: string): boolean {
  if ('RangeVar' in from) return (from.RangeVar.alias?.aliasname ?? from.RangeVar.relname) === alias;
  if ('RangeSubselect' in from) return from.RangeSubselect.alias?.aliasname === alias;
  if ('RangeFunction' in from) return from.RangeFunction.alias?.aliasname === alias;
  if (!('JoinExpr' in from)) return false;
  const { larg, rarg, alias: own } = from.JoinExpr;
  return (
    own?.aliasname === alias || [larg, rarg].some((each) => each !== undefined && namesRange(each, alias))
  );
}

/** Conditions that must all hold. */
export function conjuncts(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR')
    return (node.BoolExpr.args ?? []).flatMap(conjuncts);
  return [node];
}

/** The value of a constant in text; null for NULL, undefined for what is none. */
export function constantText(constant: A_Const): string | null {
  if (constant.isnull === true) return null;
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant.boolval !== undefined) return String(constant.boolval.boolval ?? false);
  return constant.fval?.fval ?? constant.sval?.sval ?? constant.bsval?.bsval ?? '';
}
