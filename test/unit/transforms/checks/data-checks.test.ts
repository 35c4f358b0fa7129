import { expect, test } from 'vitest';
import type { DataTest } from '../../../../transforms/engine/project/model.ts';
import { makeDataTest, openCheckWorld } from '../../../support/check-world.ts';
import type { TestTable } from '../../../support/check-world.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const keyed = (uniqueKey: string) =>
  ({
    kind: 'incremental',
    strategy: 'keys_touched',
    uniqueKey,
    pruneBy: undefined,
    touchKey: uniqueKey,
    touchedBy: {},
  }) as const;

const dim: TestTable = {
  columns: 'dim_key varchar, name varchar',
  key: 'dim_key',
  published: ["('a', 'A')", "('b', 'B')"],
};
const fct: TestTable = {
  columns: 'id bigint, dim_key varchar, kind varchar, amount bigint',
  key: 'id',
  published: ["(1, 'a', 'sale', 5)", "(2, 'b', 'sale', 7)"],
};

/** A dimension and a fact with these checks, and what a run does to them. */
async function outcome(input: {
  readonly tests?: readonly DataTest[];
  readonly dimTests?: readonly DataTest[];
  readonly dim?: Partial<TestTable>;
  readonly fct?: Partial<TestTable>;
  readonly published?: boolean;
  readonly considered?: ReadonlySet<string>;
}) {
  const project = makeProject([
    makeModel('dim', { materialization: keyed('dim_key'), tests: input.dimTests ?? [] }),
    makeModel('fct', { materialization: keyed('id'), tests: input.tests ?? [], refs: ['dim'] }),
  ]);
  const world = await openCheckWorld(project, {
    dim: { ...dim, ...input.dim },
    fct: { ...fct, ...input.fct },
  });
  try {
    return await (input.published === true ? world.checkPublished() : world.check(input.considered));
  } finally {
    await world.warehouse.close();
  }
}

const toDim = makeDataTest('fct', 'relationships', {
  column: 'dim_key',
  arguments: { to: "ref('dim')", field: 'dim_key' },
  refs: ['fct', 'dim'],
});
const good = ["(3, 'a', 'sale', 1)"];

/** A check, rows that pass it, rows that fail it, and how many failures those are. */
const faults: ReadonlyArray<{
  readonly name: string;
  readonly check: DataTest;
  readonly added: readonly string[];
  readonly failures?: number;
}> = [
  {
    name: 'not_null_dim_key',
    check: makeDataTest('fct', 'not_null', { column: 'dim_key' }),
    added: ["(3, null, 'sale', 1)"],
  },
  {
    name: 'unique_amount',
    check: makeDataTest('fct', 'unique', { column: 'amount' }),
    // One duplicate within the delta, one against a row that the run does not touch.
    added: ["(3, 'a', 'sale', 1)", "(4, 'a', 'sale', 1)", "(5, 'a', 'sale', 5)"],
    failures: 2,
  },
  {
    name: 'accepted_values_kind',
    check: makeDataTest('fct', 'accepted_values', {
      column: 'kind',
      arguments: { values: ['sale', "o'ne"] },
    }),
    added: ["(3, 'a', 'mystery', 1)", "(4, 'a', null, 1)", "(5, 'a', 'o''ne', 1)"],
  },
  {
    name: 'accepted_values_amount',
    check: makeDataTest('fct', 'accepted_values', {
      column: 'amount',
      arguments: { values: [1, 5, 7], quote: false },
    }),
    added: ["(3, 'a', 'sale', 2)"],
  },
  { name: 'relationships_dim_key_dim', check: toDim, added: ["(3, 'z', 'sale', 1)", "(4, null, 'sale', 1)"] },
  {
    name: 'unique_combination_of_columns_dim_key_kind',
    check: makeDataTest('fct', 'dbt_utils.unique_combination_of_columns', {
      arguments: { combination_of_columns: ['dim_key', 'kind'] },
    }),
    added: ["(3, 'a', 'sale', 1)", "(4, null, 'x', 1)", "(5, null, 'x', 1)"],
    failures: 2,
  },
];

test.each(faults)(
  '$name fails for its fault, and only for it',
  async ({ name, check, added, failures = 1 }) => {
    const fine = ["(3, 'a', 'o''ne', 1)"];
    const bad = await outcome({ tests: [check], fct: { added } });
    expect(bad.get(`fct.${name}`)).toMatchObject({ status: 'fail', failures, model: 'fct' });
    const whole = await outcome({
      tests: [check],
      fct: { published: [...fct.published, ...added] },
      published: true,
    });
    expect(whole.get(`fct.${name}`)).toMatchObject({ status: 'fail', failures });
    const ok = await outcome({ tests: [check], fct: { added: fine } });
    expect(ok.get(`fct.${name}`)).toMatchObject({ status: 'pass', failures: 0, samples: [] });
  },
);

test('a fault that was published before is not counted again by a run that does not touch it', async () => {
  const tests = [makeDataTest('fct', 'not_null', { column: 'dim_key' })];
  const published = ["(1, null, 'sale', 5)"];
  const run = await outcome({ tests, fct: { published, added: good } });
  expect(run.get('fct.not_null_dim_key')).toMatchObject({ status: 'pass' });
  const whole = await outcome({ tests, fct: { published }, published: true });
  expect(whole.get('fct.not_null_dim_key')).toMatchObject({ status: 'fail', failures: 1 });
});

test('where the number of failures counts, the table is looked at whole', async () => {
  const tests = [
    makeDataTest('fct', 'not_null', { column: 'dim_key', config: { errorIf: '>1', warnIf: '>1' } }),
  ];
  const published = ["(1, null, 'sale', 5)"];
  const more = await outcome({ tests, fct: { published, added: ["(3, null, 'sale', 1)"] } });
  expect(more.get('fct.not_null_dim_key')).toMatchObject({ status: 'fail', failures: 2 });
});

test('a replaced duplicate is none: what the run removes does not count', async () => {
  const tests = [makeDataTest('fct', 'unique', { column: 'amount' })];
  const results = await outcome({
    tests,
    fct: { removed: ["(1, 'a', 'sale', 5)"], added: ["(3, 'a', 'sale', 5)"] },
  });
  expect(results.get('fct.unique_amount')).toMatchObject({ status: 'pass' });
});

test.each([
  {
    what: 'its dimension loses the key',
    change: { removed: ["('a', 'A')"] },
    considered: undefined,
    status: 'fail',
    model: 'dim',
  },
  {
    what: 'the dimension row changes under the same key',
    change: { removed: ["('a', 'A')"], added: ["('a', 'A2')"] },
    considered: undefined,
    status: undefined,
    model: 'dim',
  },
  {
    what: 'the dimension is replaced without the key',
    change: { replaced: ["('b', 'B')"] },
    considered: undefined,
    status: 'fail',
    model: 'dim',
  },
  {
    what: 'the fact is left out of the run',
    change: { removed: ["('a', 'A')"] },
    considered: new Set(['dim']),
    status: 'fail',
    model: 'fct',
  },
])('a fact that the run leaves alone: $what', async ({ change, considered, status, model }) => {
  const input = { tests: [toDim], dim: change };
  const results = await outcome(considered === undefined ? input : { ...input, considered });
  const found = results.get(`${model}.orphans_dim_key_dim`);
  if (status === undefined) expect(found?.status ?? 'pass').toBe('pass');
  else
    expect(found).toMatchObject({
      status,
      failures: 1,
      refs: expect.arrayContaining(['fct', 'dim']) as string[],
    });
});

test('the fact that goes together with its dimension row orphans nobody', async () => {
  const results = await outcome({
    tests: [toDim],
    dim: { removed: ["('a', 'A')"] },
    fct: { removed: ["(1, 'a', 'sale', 5)"], added: ["(1, 'b', 'sale', 5)"] },
  });
  expect(results.get('fct.orphans_dim_key_dim')).toMatchObject({ status: 'pass' });
  expect(results.get('fct.relationships_dim_key_dim')).toMatchObject({ status: 'pass' });
});

test('a unique key is checked without being declared, and not twice when it is', async () => {
  const added = ["(1, 'a', 'sale', 1)", "(null, 'a', 'sale', 1)"];
  const undeclared = await outcome({ fct: { added } });
  expect(undeclared.get('fct.unique_key_unique')).toMatchObject({ status: 'fail', failures: 1 });
  expect(undeclared.get('fct.unique_key_not_null')).toMatchObject({ status: 'fail', failures: 1 });
  const declared = await outcome({
    tests: [
      makeDataTest('fct', 'unique', { column: 'id' }),
      makeDataTest('fct', 'not_null', { column: 'id' }),
    ],
    fct: { added },
  });
  expect([...declared.keys()].filter((name) => name.includes('unique_key'))).toEqual([]);
  expect(declared.get('fct.unique_id')).toMatchObject({ status: 'fail' });
  // One that only warns keeps no promise.
  const weak = await outcome({
    tests: [makeDataTest('fct', 'unique', { column: 'id', config: { severity: 'warn' } })],
    fct: { added },
  });
  expect(weak.get('fct.unique_id')).toMatchObject({ status: 'warn' });
  expect(weak.get('fct.unique_key_unique')).toMatchObject({ status: 'fail' });
});

test('a key of a model that is pruned by days is looked up on the days of the delta, other columns everywhere', async () => {
  const pruned = { ...keyed('id'), pruneBy: 'day' };
  const tests = [makeDataTest('fct', 'unique', { column: 'amount' })];
  const world = await openCheckWorld(
    makeProject([makeModel('fct', { materialization: pruned, tests, refs: [] })]),
    {
      fct: {
        columns: 'id bigint, day date, amount bigint',
        key: 'id',
        published: ["(1, date '2026-03-01', 5)", "(2, date '2026-03-02', 7)"],
        added: ["(1, date '2026-03-03', 8)", "(2, date '2026-03-02', 9)", "(3, date '2026-03-03', 5)"],
      },
    },
  );
  const results = await world.check();
  await world.warehouse.close();
  expect(results.get('fct.unique_key_unique')).toMatchObject({ status: 'fail', failures: 1 });
  expect(results.get('fct.unique_amount')).toMatchObject({ status: 'fail', failures: 1 });
});

test('where narrows the rows, on both sides of a comparison', async () => {
  const where = "kind = 'sale'";
  const tests = [
    makeDataTest('fct', 'unique', { column: 'amount', config: { where } }),
    makeDataTest('fct', 'not_null', { column: 'dim_key', config: { where } }),
  ];
  const other = await outcome({ tests, fct: { added: ["(3, null, 'tax', 5)"] } });
  expect(other.get('fct.unique_amount')).toMatchObject({ status: 'pass' });
  expect(other.get('fct.not_null_dim_key')).toMatchObject({ status: 'pass' });
  const same = await outcome({ tests, fct: { added: ["(3, null, 'sale', 5)"] } });
  expect(same.get('fct.unique_amount')).toMatchObject({ status: 'fail' });
  expect(same.get('fct.not_null_dim_key')).toMatchObject({ status: 'fail' });
});

const expressions = [
  makeDataTest('fct', 'unique', { arguments: { column_name: "dim_key || '-' || amount" } }),
  makeDataTest('fct', 'not_null', { arguments: { column_name: 'nullif(amount, 0) or false' } }),
  makeDataTest('fct', 'accepted_values', {
    arguments: { column_name: 'kind || null', values: ['SALE'] },
  }),
  makeDataTest('fct', 'unique_combination_of_columns', {
    arguments: { combination_of_columns: ['lower(dim_key)', 'amount'] },
  }),
  makeDataTest('fct', 'relationships', {
    arguments: { to: "ref('dim')", field: 'upper(dim_key)', column_name: 'upper(dim_key)' },
    refs: ['fct', 'dim'],
  }),
].map((test, index) => ({ ...test, ownName: `e${index}`, uniqueId: `test.shopwave.e${index}` }));

test.each([
  { what: 'in a run', published: false },
  { what: 'on what is published', published: true },
])('expressions stand where a column may, $what', async ({ published }) => {
  const bad = ["(3, 'a', 'sale', 5)", "(4, 'c', 'sale', 0)"];
  const results = await outcome({
    tests: expressions,
    fct: published ? { published: [...fct.published, ...bad] } : { added: bad },
    published,
  });
  const told = Array.from({ length: 5 }, (_, index) => {
    const result = results.get(`fct.e${index}`);
    return [result?.status, result?.failures];
  });
  expect(told).toEqual([
    ['fail', 1],
    ['fail', 1],
    ['pass', 0],
    ['fail', 1],
    ['fail', 1],
  ]);
});

test('an expression refers to a key that a parent loses', async () => {
  const results = await outcome({
    tests: expressions,
    dim: { removed: ["('a', 'A')"], added: ["('z', 'Z')"] },
  });
  expect([...results].find(([key]) => key.includes('orphans_'))?.[1]).toMatchObject({
    status: 'fail',
    failures: 1,
  });
});

test('no two checks of a model have one name', async () => {
  const accepted = (name: string, change: Partial<DataTest> = {}): DataTest => ({
    ...makeDataTest('fct', 'accepted_values', { column: 'kind', arguments: { values: ['sale'] } }),
    name,
    uniqueId: `test.shopwave.${name}`,
    ...change,
  });
  const tests = [
    accepted('accepted_values_fct_kind__sale'),
    accepted('accepted_values_fct_kind__sale__False'),
    accepted('mine', { ownName: 'mine' }),
    makeDataTest('fct', 'not_null', { arguments: { column_name: 'lower(kind)' } }),
  ];
  const results = await outcome({ tests, published: true });
  expect([...results.keys()].filter((name) => !name.includes('unique_key'))).toEqual([
    'fct.accepted_values_fct_kind__sale',
    'fct.accepted_values_fct_kind__sale__False',
    'fct.mine',
    'fct.not_null_lower_kind_',
  ]);
});
