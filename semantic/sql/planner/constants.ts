import type { Node } from '@pgsql/types';
import type { FunctionFacts } from '../postgres/catalogue.ts';
import { cast, functionName, mapTree, nullConstant, text, walk } from './ast.ts';
import { withName } from './result-names.ts';
import { sqlOf } from './sql-of.ts';

/** An expression of nothing but constants, to be computed once before a statement is planned. */
export interface Computed {
  readonly node: Node;
  readonly sql: string;
}

/** Computed expressions as values: text and PostgreSQL's name of the type. */
export interface ConstantValue {
  readonly text: string | null;
  readonly type: string;
}

/** The largest expressions of a statement that name no column: `current_date - interval '30 days'`. */
export function computable(tree: unknown, facts: FunctionFacts): Computed[] {
  const found: Computed[] = [];
  walk(tree, (node) => {
    if (!isExpression(node) || !isConstant(node, facts)) return 'into';
    found.push({ node, sql: sqlOf(node) });
    return 'past';
  });
  return found;
}

/** What computes something; a constant alone needs no computing. */
function isExpression(node: Node): boolean {
  if ('TypeCast' in node) {
    const { arg } = node.TypeCast;
    return arg !== undefined && (isExpression(arg) || isMoment(arg));
  }
  return (
    'FuncCall' in node || 'SQLValueFunction' in node || ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP')
  );
}

/** `'today'::date`: a constant that is another one tomorrow. */
function isMoment(node: Node): boolean {
  return 'A_Const' in node && isMomentName(node.A_Const.sval?.sval);
}

/** What PostgreSQL reads as a moment that is another one tomorrow. */
export function isMomentName(value: string | undefined): boolean {
  return value !== undefined && /\b(?:now|today|tomorrow|yesterday)\b/i.test(value);
}

const harmless = new Set([
  'List',
  'String',
  'A_Const',
  'TypeCast',
  'TypeName',
  'A_Expr',
  'SQLValueFunction',
  'Integer',
]);

function isConstant(node: Node, facts: FunctionFacts): boolean {
  let isOne = true;
  walk(node, (each) => {
    const [kind = ''] = Object.keys(each);
    if ('FuncCall' in each) isOne &&= isPlainCall(each, facts);
    else isOne &&= harmless.has(kind);
    return isOne ? 'into' : 'past';
  });
  return isOne;
}

function isPlainCall(node: Extract<Node, { FuncCall: unknown }>, facts: FunctionFacts): boolean {
  const name = functionName(node.FuncCall);
  if (name === undefined || node.FuncCall.over !== undefined) return false;
  return !facts.aggregates.has(name) && !facts.setReturning.has(name) && !facts.volatile.has(name);
}

/** The statement with values in place of what was computed. */
export function withValues<T>(tree: T, values: ReadonlyMap<Node, ConstantValue>): T {
  return mapTree(tree, (node) => {
    if ('ResTarget' in node) {
      const named = withName(node);
      return named === node ? undefined : withValues(named, values);
    }
    const value = values.get(node);
    return value === undefined ? undefined : constant(value);
  });
}

/** A constant of a type. */
export function constant({ text: value, type }: ConstantValue): Node {
  if (type === 'boolean' && value !== null)
    return { A_Const: { boolval: value === 'true' || value === 't' ? { boolval: true } : {} } };
  const plain = value === null ? nullConstant : text(value);
  if (type === 'unknown') return plain;
  const element = type.replace(/\[\]$/, '');
  return cast(plain, shortTypes[element] ?? element, element !== type);
}

/** Names that are several words, as the grammar calls them. */
const shortTypes: Readonly<Record<string, string>> = {
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'double precision': 'float8',
  'character varying': 'varchar',
  character: 'bpchar',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  real: 'float4',
};

/** Whether the same rows give the same answer at any time: nothing in it moves by itself. */
export function isTimeless(tree: unknown, facts: FunctionFacts): boolean {
  let isOne = true;
  walk(tree, (node) => {
    if ('SQLValueFunction' in node) isOne = false;
    if ('A_Const' in node && isMomentName(node.A_Const.sval?.sval)) isOne = false;
    const name = 'FuncCall' in node ? functionName(node.FuncCall) : undefined;
    if (name !== undefined && (facts.volatile.has(name) || (facts.stable.has(name) && !readsOnly.has(name))))
      isOne = false;
    return 'into';
  });
  return isOne;
}

/** Stable only for what a session has set, which is part of what answers are kept by. */
const readsOnly = new Set([
  'date_trunc',
  'date_part',
  'extract',
  'to_char',
  'concat',
  'concat_ws',
  'format',
  'to_timestamp',
  'to_date',
  'array_to_string',
  'json_to_recordset',
  'string_agg',
  'array_agg',
  'json_agg',
  'json_build_object',
  'to_json',
  'row_to_json',
  'make_timestamptz',
  'generate_series',
]);
