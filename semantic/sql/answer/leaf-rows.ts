import { z } from 'zod';
import { mostRows } from '../../server/access/caller.ts';
import type { Caller } from '../../server/access/caller.ts';
import type { AnswerOf } from '../../server/answers/answer.ts';
import { okBody } from '../../server/cube-answers.ts';
import type { Semantic } from '../../server/semantic.ts';
import type { CubeFilter } from '../planner/cube-filter.ts';
import type { Leaf } from '../planner/leaf.ts';
import { SqlError } from '../sql-error.ts';
import { cubeQuestion } from './cube-question.ts';
import type { CubeQuestion } from './cube-question.ts';

/** Who asks, and as long as they wait. */
export interface Asking {
  readonly caller: Caller;
  readonly tag: string | undefined;
  readonly signal: AbortSignal;
}

/** Rows of a leaf. */
export interface LeafRows {
  /** For json_to_recordset, fields by names of columns. */
  readonly json: string;
  /** The same object as long as the answer is the same. */
  readonly identity: object;
  readonly of: AnswerOf | undefined;
}

const data = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

/** JSON of answers that were looked into before, as long as they are kept. */
const known = new WeakMap<Buffer, Map<string, string>>();

/** Asks Cube for a leaf's rows. Throws SqlError, or what the semantic layer throws. */
export async function leafRows(
  ask: Semantic['ask'],
  leaf: Leaf,
  more: readonly CubeFilter[],
  asking: Asking,
): Promise<LeafRows> {
  if (leaf.isNothing) return { json: nothing(leaf), identity: leaf, of: undefined };
  const question = cubeQuestion(leaf, more);
  for (;;) {
    if (asking.signal.aborted) throw cancelled();
    const answer = await ask({ text: question.text }, asking);
    if (isUnderWay(answer.body)) continue;
    if (answer.status >= 400) throwAnswer(answer.status, answer.body);
    return { json: jsonOf(answer.body, question, leaf), identity: answer.body, of: answer.of };
  }
}

function isUnderWay(body: Buffer): boolean {
  return body.length < 100 && body.includes('"Continue wait"');
}

function throwAnswer(status: number, body: Buffer): never {
  okBody({ status, body: z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString('utf8'))) });
  throw new Error('an answer that is none');
}

function cancelled(): SqlError {
  return new SqlError({ code: '57014', message: 'canceling statement due to user request' });
}

function jsonOf(body: Buffer, { columns }: CubeQuestion, leaf: Leaf): string {
  const key = JSON.stringify(columns);
  const found = known.get(body)?.get(key);
  if (found !== undefined) return found;
  const rows = data.parse(JSON.parse(body.toString('utf8'))).data;
  if (rows.length >= mostRows && (leaf.limit ?? mostRows) >= mostRows) throw tooMany();
  const json = JSON.stringify(
    rows.map((row) => Object.fromEntries(columns.map(([field, name]) => [name, row[field] ?? null]))),
  );
  const kept = known.get(body) ?? new Map<string, string>();
  known.set(body, kept.set(key, json));
  return json;
}

/** An answer that may have been cut would be a wrong one. */
function tooMany(): SqlError {
  return new SqlError({
    code: '54000',
    message: `a part of the statement has ${mostRows} rows or more before what is done with them`,
    detail: 'SEMANTIC_RESULT_TOO_LARGE',
    hint: 'Group by fewer or coarser columns, or filter more; LIMIT without ORDER BY reads no more than it shows.',
  });
}

/** Over no rows at all there is one total, or nothing. */
function nothing({ keys, measures, relation, isUngrouped }: Leaf): string {
  if (isUngrouped || keys.length > 0) return '[]';
  const totals = measures.map((name) => {
    const column = relation.columns.get(name);
    const isZero =
      column?.kind === 'measure' && column.adding.kind === 'sum' && column.adding.isZeroOverNothing;
    return [name, isZero ? '0' : null] as const;
  });
  return JSON.stringify([Object.fromEntries(totals)]);
}
