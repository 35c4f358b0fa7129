import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readServedModel } from '../../../semantic/server/model-files.ts';
import { loadParser, parseSql } from '../../../semantic/sql/parse.ts';
import type { ParsedStatement } from '../../../semantic/sql/parse.ts';
import { selectOf } from '../../../semantic/sql/planner/ast.ts';
import { planStatement } from '../../../semantic/sql/planner/plan.ts';
import { Refusal } from '../../../semantic/sql/planner/refusal.ts';
import type { Column, Relation } from '../../../semantic/sql/relations/relation.ts';
import { SqlError } from '../../../semantic/sql/sql-error.ts';
import { createRandom } from '../../../simulator/world/random.ts';
import type { Random } from '../../../simulator/world/random.ts';

const folder = path.resolve(import.meta.dirname, '../../differential/sql/queries');
const names = [
  'sum',
  'count',
  'min',
  'max',
  'avg',
  'measure',
  'string_agg',
  'array_agg',
  'any_value',
  'rank',
];
const facts = {
  aggregates: new Set(names),
  volatile: new Set(['random', 'pg_sleep']),
  stable: new Set(['now']),
  setReturning: new Set(['generate_series', 'unnest']),
};

let seeds: string[] = [];
let relations = new Map<string, Relation>();
beforeAll(async () => {
  await loadParser();
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), 'utf8')));
  seeds = texts.flatMap((text) => text.split(/;\n/)).filter((each) => each.trim() !== '');
  const { model } = await readServedModel(
    path.resolve(import.meta.dirname, '../../../semantic/model'),
    false,
  );
  relations = new Map(
    model.views.map((view) => [
      view.name,
      relation(
        view.name,
        view.exposed.map(({ name }) => name),
      ),
    ]),
  );
});

/** A view with every third column a measure; what is planned does not depend on which. */
function relation(name: string, columns: readonly string[]): Relation {
  const made = columns.map((column, index): Column => {
    const named = { name: column, member: `${name}.${column}`, comment: '' };
    if (column.endsWith('_date')) return { ...named, kind: 'time', type: 'timestamp' };
    if (index % 3 !== 0) return { ...named, kind: 'dimension', type: 'text' };
    return {
      ...named,
      kind: 'measure',
      type: 'numeric',
      adding:
        index % 2 === 0
          ? { kind: 'sum', isZeroOverNothing: true, isMoney: index % 4 === 0 }
          : { kind: 'none', why: 'it is a ratio' },
      aggregates: ['sum'],
      multipliedBy: new Set(),
      period: 'own',
      lookingBackBy: undefined,
    };
  });
  return {
    name,
    comment: '',
    columns: new Map(made.map((each) => [each.name, each])),
    rowCount: undefined,
    currency: 'currency',
  };
}

/** Words of one statement moved, doubled, dropped, or taken from another one. */
function mutated(random: Random): string {
  let words = random.pick(seeds).split(/(\s+|[(),.])/);
  for (let change = random.integer(1, 2); change > 0; change -= 1) {
    const at = random.integer(0, words.length - 1);
    const other = random.pick(seeds).split(/(\s+|[(),.])/);
    const from = random.integer(0, other.length - 1);
    words = random.pick([
      () => words.toSpliced(at, 1),
      () => words.toSpliced(at, 0, words[random.integer(0, words.length - 1)] ?? ''),
      () => words.toSpliced(at, 1, other[from] ?? ''),
      () => words.toSpliced(at, random.integer(0, 4), ...other.slice(from, from + random.integer(1, 12))),
      () =>
        words.toSpliced(
          at,
          0,
          random.pick(["'", '"', ';', '(select', ')', '--', '/*', '$1', '::text', 'null', '\u0000']),
        ),
    ])();
  }
  return words.join('');
}

function attempt(text: string): 'planned' | 'refused' | 'no statement' {
  let statements: ParsedStatement[];
  try {
    statements = parseSql(text);
  } catch (error) {
    if (error instanceof SqlError) return 'no statement';
    throw error;
  }
  try {
    for (const { node } of statements) {
      const select = selectOf(node);
      if (select !== undefined) planStatement(select, { relations, facts, isUtc: true });
    }
    return 'planned';
  } catch (error) {
    if (error instanceof Refusal || error instanceof SqlError) return 'refused';
    throw error;
  }
}

const count = 100_000;

it(`plans or refuses ${count} broken statements, and nothing else`, () => {
  const random = createRandom(1, 3);
  const outcomes: Record<string, number> = {};
  let slowestMs = 0;
  for (let index = 0; index < count; index += 1) {
    const text = mutated(random);
    const startMs = performance.now();
    try {
      const outcome = attempt(text);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      throw new Error(`crashed on: ${text}`, { cause: error });
    }
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  // Mostly unreadable text would try the parser alone.
  expect(outcomes['planned'] ?? 0).toBeGreaterThan(count / 20);
  expect(outcomes['refused'] ?? 0).toBeGreaterThan(count / 50);
  expect(slowestMs).toBeLessThan(5_000);
});
