import { expect, test } from 'vitest';
import { passKey, readPassHistory } from '../../../../transforms/engine/checks/last-pass.ts';
import { recordChecks } from '../../../../transforms/engine/checks/record.ts';
import { parseTemplate } from '../../../../lib/jinja/parse.ts';
import type { SingularTest } from '../../../../transforms/engine/project/model.ts';
import { makeDataTest, openCheckWorld } from '../../../support/check-world.ts';
import type { CheckWorld, TestTable } from '../../../support/check-world.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

/** Staging and mart hold the same ids, compared key by key over what was touched. */
const compares = `select coalesce(s.id, m.id) as id, s.amount, m.amount as mart_amount
from (select id, amount from {{ ref('stg') }} where {{ touched_in_run('id', {'fct': 'id', 'stg': 'id'}) }}) as s
full outer join (select id, amount from {{ ref('fct') }} where {{ touched_in_run('id', {'fct': 'id', 'stg': 'id'}) }}) as m
  on m.id = s.id
where s.amount is distinct from m.amount`;

function singular(sql: string, change: Partial<SingularTest> = {}): SingularTest {
  return {
    name: 'assert_equal',
    uniqueId: 'test.shopwave.assert_equal',
    file: 'transforms/tests/assert_equal.sql',
    description: '',
    rawCode: sql,
    template: parseTemplate(sql, 'assert_equal.sql'),
    refs: ['stg', 'fct'],
    sources: [],
    config: makeDataTest('fct', 'unique').config,
    ...change,
  };
}

const columns = 'id bigint, amount bigint';
const fct = {
  kind: 'incremental',
  strategy: 'keys_touched',
  uniqueKey: 'id',
  pruneBy: undefined,
  touchKey: 'id',
  touchedBy: {},
} as const;

interface Scene {
  readonly staging: readonly string[];
  readonly mart: Omit<TestTable, 'columns' | 'key'>;
  /** Rows of staging's feed: `(id, amount, step, image)`. */
  readonly feed?: readonly string[];
  readonly sql?: string;
}

/** Version 1 of everything is published at staging step 1, and the check passed in it; the run reads step 2. */
async function scene({ staging, mart, feed = [], sql = compares }: Scene): Promise<CheckWorld> {
  const project = makeProject(
    [
      makeModel('stg', {
        layer: 'staging',
        materialization: { kind: 'latest', uniqueKey: 'id' },
        sources: ['shop.orders'],
      }),
      makeModel('fct', { materialization: fct, refs: ['stg'] }),
    ],
    { tests: [singular(sql)] },
  );
  const world = await openCheckWorld(project, {
    stg: { columns, key: 'id', published: staging },
    fct: { columns, key: 'id', ...mart },
  });
  const { warehouse } = world;
  await warehouse.execute(
    `create table staging.stg__state as select *, '' as _position, 0 as _ordinal from staging.stg`,
  );
  await warehouse.execute(
    `create table raw.shop__orders (id bigint, _batch_id varchar, _position varchar, _ordinal bigint, _loaded_at timestamp)`,
  );
  for (const name of ['stg', 'fct']) {
    await warehouse.execute(`create table feed.${name} (${columns}, _step bigint, _image varchar)`);
    await warehouse.execute(
      `insert into _meta.model_state values ('${name}', 'f', 1, ${name === 'stg' && feed.length > 0 ? 2 : 1})`,
    );
  }
  if (feed.length > 0) await warehouse.execute(`insert into feed.stg values ${feed.join(', ')}`);
  await warehouse.execute(`insert into _meta.publication values (1, 'r0', now(), '', null, 1, 'fct')`);
  await warehouse.execute('update _meta.head set version = 1');
  return world;
}

async function passedBefore(world: CheckWorld): Promise<void> {
  const first = await outcome(world);
  await recordChecks(
    world.warehouse,
    { id: 'r0', version: 1n, stageStep: 1n },
    [{ ...first, status: 'pass' }],
    '2026-01-01T00:00:00Z',
  );
}

async function outcome(world: CheckWorld) {
  const found = (await world.check()).get('fct.assert_equal');
  if (found === undefined) throw new Error('the check was not planned');
  return found;
}

const untouchedFault = {
  staging: ['(1, 5)', '(2, 7)', '(3, 1)'],
  mart: { published: ['(1, 5)', '(2, 99)'], added: ['(3, 1)'] },
};

test('after a published pass only what changed since is looked at; before it, everything', async () => {
  const world = await scene(untouchedFault);
  expect(await outcome(world)).toMatchObject({
    status: 'fail',
    failures: 1,
    samples: [{ id: 2n }],
    model: 'fct',
  });
  await passedBefore(world);
  expect(await outcome(world)).toMatchObject({ status: 'pass' });
  // Of a mart that has not read what is staged, comparing the two says nothing; of others, everything is looked at.
  const behind = new Map([['fct', 'has not read step 2 of it yet']]);
  expect((await world.checkPublished(behind)).has('fct.assert_equal')).toBe(false);
  expect((await world.checkPublished()).get('fct.assert_equal')).toMatchObject({
    status: 'fail',
    failures: 2,
  });
  await world.warehouse.close();
});

test.each<[string, Omit<Scene, 'sql'>]>([
  [
    'a wrong amount in the delta',
    { staging: ['(1, 5)', '(3, 1)'], mart: { published: ['(1, 5)'], added: ['(3, 2)'] } },
  ],
  [
    'a row that the delta should not remove',
    { staging: ['(1, 5)'], mart: { published: ['(1, 5)'], removed: ['(1, 5)'] } },
  ],
  [
    'a staged row that the mart lost',
    {
      staging: ['(1, 5)', '(3, 1)'],
      feed: ["(3, 1, 2, 'after')"],
      mart: { published: ['(1, 5)'], added: ['(1, 5)'], removed: ['(1, 5)'] },
    },
  ],
  [
    'a deleted row that the mart kept',
    {
      staging: ['(1, 5)'],
      feed: ["(2, 7, 2, 'before')"],
      mart: { published: ['(1, 5)', '(2, 7)'], added: ['(1, 5)'], removed: ['(1, 5)'] },
    },
  ],
])('what was touched is found: %s', async (_, faulty) => {
  const world = await scene(faulty);
  await passedBefore(world);
  expect(await outcome(world)).toMatchObject({ status: 'fail', failures: 1 });
  await world.warehouse.close();
});

test.each<[string, (world: CheckWorld) => Promise<unknown>]>([
  [
    'the pass was never published',
    (world) => world.warehouse.execute("update _meta.publication set run_id = 'other'"),
  ],
  [
    'the check was rewritten since',
    (world) => world.warehouse.execute("update _meta.check_pass set definition = 'older'"),
  ],
  [
    'a model was rebuilt since',
    (world) => world.warehouse.execute('update _meta.model_state set rebuilt_at_step = 2'),
  ],
  [
    'changes since are pruned',
    (world) =>
      world.warehouse
        .execute('update _meta.pruned set stage_step = 2')
        .then(() => world.warehouse.execute('update _meta.model_state set changed_at_step = 2')),
  ],
  [
    'the run builds the mart whole',
    async (world) => {
      const delta = world.run.deltas.get('fct');
      if (delta !== undefined) world.run.deltas.set('fct', { ...delta, kind: 'full' });
    },
  ],
])('everything is looked at when %s', async (_, change) => {
  const world = await scene(untouchedFault);
  await passedBefore(world);
  expect(await outcome(world)).toMatchObject({ status: 'pass' });
  await change(world);
  expect(await outcome(world)).toMatchObject({ status: 'fail', samples: [{ id: 2n }] });
  await world.warehouse.close();
});

test('a mapping may be a select over the changed rows', async () => {
  const mapped = compares.replaceAll(
    "'stg': 'id'",
    "'stg': 'select s.id from changed join ' ~ ref('stg') ~ ' as s on s.id = changed.id + 1'",
  );
  const world = await scene({ ...untouchedFault, sql: mapped, feed: ["(1, 5, 2, 'after')"] });
  await passedBefore(world);
  expect(await outcome(world)).toMatchObject({ status: 'fail', samples: [{ id: 2n }] });
  await world.warehouse.close();
});

test('a pass still counts after runs that had no reason to check it again', async () => {
  const world = await scene(untouchedFault);
  await passedBefore(world);
  await world.warehouse.execute('update _meta.head set version = 5');
  const other = { ...(await outcome(world)), uniqueId: 'test.shopwave.other', status: 'pass' as const };
  await recordChecks(
    world.warehouse,
    { id: 'r6', version: 6n, stageStep: 2n },
    [other],
    '2026-01-02T00:00:00Z',
  );
  expect(await outcome(world)).toMatchObject({ status: 'pass' });
  const { passes } = await readPassHistory(world.warehouse);
  expect([...passes.keys()].map((key) => key.split(' ')[0])).toEqual(['test.shopwave.assert_equal']);
  await world.warehouse.close();
});

test('a check that cannot be rendered blocks, and is not remembered as passed', async () => {
  const world = await scene({
    ...untouchedFault,
    sql: "select 1 from {{ ref('fct') }} where {{ exceptions.raise_compiler_error('no') }}",
  });
  expect(await outcome(world)).toMatchObject({
    status: 'error',
    failures: 0,
    message: expect.stringContaining('no') as string,
  });
  expect((await readPassHistory(world.warehouse)).passes.size).toBe(0);
  expect(passKey('a', 'b')).not.toBe(passKey('a', 'c'));
  await world.warehouse.close();
});

test('a partial build leaves a check alone that reads a mart it does not build', async () => {
  const world = await scene(untouchedFault);
  expect((await world.check(new Set(['stg']))).has('fct.assert_equal')).toBe(false);
  await world.warehouse.close();
});
