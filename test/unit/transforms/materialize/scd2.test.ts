import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scd2Statement } from '../../../../transforms/engine/materialize/scd2.ts';
import type { Materialization, Scd2 } from '../../../../transforms/engine/project/model.ts';
import { openDuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../../../warehouse/duckdb/open.ts';
import { versionsOf } from '../../../support/scd2-fold.ts';
import type { LogRow, Version } from '../../../support/scd2-fold.ts';

let warehouse: DuckdbWarehouse;
beforeAll(async () => {
  warehouse = await openDuckdbWarehouse({ path: ':memory:', threads: 1 });
  await warehouse.execute(
    `create table log (id integer, city varchar, email varchar, region varchar, updated_at timestamp, _op varchar,
       _position varchar, _ordinal bigint, _committed_at timestamp)`,
  );
  await warehouse.execute('create table named (id integer)');
  await warehouse.execute('create table touched (touch_key integer)');
});
afterAll(() => warehouse.close());

function dimension(change: Partial<Scd2> = {}): Materialization & { readonly kind: 'scd2' } {
  return {
    kind: 'scd2',
    uniqueKey: 'version_key',
    touchKey: 'id',
    touchedBy: {},
    pruneBy: undefined,
    scd2: {
      naturalKey: 'id',
      attributes: ['city'],
      derived: ['region'],
      type1: ['email'],
      updatedAt: 'updated_at',
      durableKey: 'member_key',
      hardDeletes: 'flag',
      inferredFrom: [],
      inferredValues: {},
      standing: [],
      ...change,
    },
  };
}

const second = (value: number): string => `2026-03-01 00:00:${String(value).padStart(2, '0')}`;

async function fill(log: readonly LogRow[]): Promise<void> {
  await warehouse.execute('delete from log');
  if (log.length === 0) return;
  const text = (value: string | null): string => (value === null ? 'null' : `'${value}'`);
  const rows = log.map(
    (row) =>
      `(${row.id}, ${text(row.city)}, ${text(row.email)}, ${text(row.region)}, ${row.updatedAt === null ? 'null' : `timestamp '${second(row.updatedAt)}'`},
        '${row.op}', '${String(row.position).padStart(4, '0')}', ${row.ordinal}, timestamp '${second(row.committedAt)}')`,
  );
  await warehouse.execute(`insert into log values ${rows.join(', ')}`);
}

async function versions(
  materialization: Materialization & { readonly kind: 'scd2' },
  touched?: string,
): Promise<Version[]> {
  const filter = touched === undefined ? '' : ` where id in (select touch_key from ${touched})`;
  const sql = scd2Statement(materialization, `select * from log${filter}`, {
    dialect: 'duckdb',
    relation: (name) => name,
    touched,
  });
  const rows = await warehouse.query(
    `select id, city, region, email, cast(valid_from as varchar) as valid_from, cast(valid_to as varchar) as valid_to,
       is_current, is_inferred, is_deleted from (${sql}) as v order by id, v.valid_from`,
  );
  return rows.map((row) => ({
    id: Number(row['id']),
    city: row['city'] as string | null,
    region: row['region'] as string | null,
    email: row['email'] as string | null,
    validFrom: String(row['valid_from']),
    validTo: String(row['valid_to']),
    isCurrent: row['is_current'] === true,
    isInferred: row['is_inferred'] === true,
    isDeleted: row['is_deleted'] === true,
  }));
}

/** Keys of a few changes each, few instants, several changes a transaction, deletes and rows that come back. */
const logArbitrary: fc.Arbitrary<LogRow[]> = fc
  .array(
    fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      city: fc.constantFrom('Rome', 'Oslo', null),
      email: fc.constantFrom('a', 'b'),
      updatedAt: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
      op: fc.constantFrom('c' as const, 'u' as const, 'u' as const, 'd' as const),
    }),
    { maxLength: 90 },
  )
  .map((drafts) =>
    drafts.map((draft, index): LogRow => {
      const place = { position: 1 + Math.floor(index / 2), ordinal: 1 + (index % 2) };
      // Commits follow the source's clock loosely: some update times lie after their commit.
      const at = { committedAt: 4 + place.position };
      const region = draft.city === 'Rome' ? 'IT' : null;
      return draft.op === 'd'
        ? { ...draft, ...place, ...at, city: null, email: null, updatedAt: null, region: null }
        : { ...draft, ...place, ...at, region };
    }),
  );

test.each(['flag', 'new_record'] as const)(
  'hard_deletes %s: versions equal those of a fold over the log, in whatever order its rows lie',
  async (hardDeletes) => {
    await fc.assert(
      fc.asyncProperty(
        logArbitrary,
        fc.array(fc.nat(), { minLength: 90, maxLength: 90 }),
        async (log, keys) => {
          const shuffled = log
            .map((row, index) => ({ row, key: keys[index] ?? 0 }))
            .toSorted((left, right) => left.key - right.key)
            .map(({ row }) => row);
          await fill(shuffled);
          expect(await versions(dimension({ hardDeletes }))).toEqual(versionsOf(log, hardDeletes));
        },
      ),
      { numRuns: 20, endOnFailure: true },
    );
  },
);

const life: LogRow[] = [
  {
    id: 1,
    city: 'Rome',
    email: 'a',
    region: 'IT',
    updatedAt: 1,
    op: 'c',
    position: 1,
    ordinal: 1,
    committedAt: 10,
  },
  {
    id: 1,
    city: null,
    email: null,
    region: null,
    updatedAt: null,
    op: 'd',
    position: 2,
    ordinal: 1,
    committedAt: 20,
  },
  {
    id: 1,
    city: 'Rome',
    email: 'b',
    region: 'IT',
    updatedAt: 15,
    op: 'c',
    position: 3,
    ordinal: 1,
    committedAt: 30,
  },
];

test('hard_deletes new_record: a delete opens a version, and the row that comes back the next one', async () => {
  await fill(life);
  const shown = (await versions(dimension({ hardDeletes: 'new_record' }))).map((each) => [
    each.city,
    each.validFrom,
    each.isDeleted,
    each.isCurrent,
  ]);
  expect(shown).toEqual([
    ['Rome', '1900-01-01 00:00:00', false, false],
    ['Rome', second(20), true, false],
    ['Rome', second(30), false, true],
  ]);
});

test('hard_deletes flag: a row that came back is one version again, and no longer deleted', async () => {
  await fill(life.slice(0, 2));
  expect(await versions(dimension())).toMatchObject([{ city: 'Rome', isDeleted: true, isCurrent: true }]);
  await fill(life);
  expect(await versions(dimension())).toMatchObject([{ city: 'Rome', isDeleted: false, email: 'b' }]);
});

test('inferred and standing members stand beside the versions, for the touched keys only', async () => {
  const materialization = dimension({
    inferredFrom: [
      { ref: 'named', column: 'id', marks: [] },
      { ref: 'also_named', column: 'id', marks: ['is_marked'] },
    ],
    inferredValues: { city: "case when is_marked then 'Marked' else 'Unknown' end" },
    standing: [{ key: '-1', isInferred: true, values: { city: "'None'" } }],
  });
  await fill(life.slice(0, 1));
  await warehouse.execute('delete from named');
  await warehouse.execute('insert into named values (1), (7), (7), (8), (null)');
  await warehouse.execute('create table also_named as select * from (values (8), (9)) as t(id)');
  await warehouse.execute('insert into touched values (7), (-1)');
  const all = await versions(materialization);
  expect(all.map((each) => [each.id, each.city, each.isInferred])).toEqual([
    [-1, 'None', true],
    [1, 'Rome', false],
    [7, 'Unknown', true],
    [8, 'Marked', true],
    [9, 'Marked', true],
  ]);
  expect((await versions(materialization, 'touched')).map((each) => each.id)).toEqual([-1, 7]);
});

test('an inferred member has the surrogate key that its first version will have', async () => {
  const materialization = dimension({ inferredFrom: [{ ref: 'named', column: 'id', marks: [] }] });
  const key = async (): Promise<unknown> => {
    const sql = scd2Statement(materialization, 'select * from log', {
      dialect: 'duckdb',
      relation: (name) => name,
    });
    const rows = await warehouse.query(`select version_key, member_key from (${sql}) as v where id = 1`);
    return rows[0];
  };
  await warehouse.execute('delete from named');
  await warehouse.execute('insert into named values (1)');
  await fill([]);
  const inferred = await key();
  await fill(life.slice(0, 1));
  expect(await key()).toEqual(inferred);
});
