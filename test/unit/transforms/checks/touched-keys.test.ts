import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../../../transforms/engine/checks/check.ts';
import { touchedKeys } from '../../../../transforms/engine/checks/touched-keys.ts';
import { amongValues } from '../../../../transforms/engine/compile/touched-in-run.ts';
import type { AskedKeys } from '../../../../transforms/engine/compile/touched-in-run.ts';
import { defaultTestConfig } from '../../../../transforms/engine/project/properties.ts';
import { openCheckWorld } from '../../../support/check-world.ts';
import type { CheckWorld } from '../../../support/check-world.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

let world: CheckWorld;
beforeAll(async () => {
  world = await openCheckWorld(makeProject([makeModel('facts')]), {
    facts: {
      columns: 'id bigint, wide decimal(38, 2), code varchar, day date, happened_at timestamp',
      key: 'id',
      published: Array.from({ length: 60 }, (_, index) => {
        const id = index < 40 ? index : 9_000_000_000 + index;
        const at = `date '2026-01-01' + ${index * 3}`;
        return `(${id}, ${id}, 'c${id}', ${at}, ${at} + interval 7 hour)`;
      }),
    },
  });
});
afterAll(async () => await world.warehouse.close());

const facts = (): string => 'marts.facts';
const asked = (change: Partial<AskedKeys> & Pick<AskedKeys, 'values'>): AskedKeys => ({
  expression: 'id',
  at: undefined,
  columns: [{ model: 'facts', column: 'id' }],
  ...change,
});

function check(sql: string): Check {
  const base = { uniqueId: 'test.shopwave.t', model: 'facts', name: 't', kind: 'singular', refs: ['facts'] };
  return {
    ...base,
    probe: { kind: 'query', sql },
    config: defaultTestConfig,
    keys: [],
    storeAs: undefined,
    definition: undefined,
  };
}

/** The SQL that a check is sent with which asks for these keys. */
async function placed(questions: readonly AskedKeys[]): Promise<string[]> {
  const keys = touchedKeys(world.context, world.run);
  const checks = questions.map((each) => check(`select id from ${facts()} where ${keys.ask(each)}`));
  const sent = await keys.place(checks);
  return sent.map(({ probe }) => (probe.kind === 'query' ? probe.sql : ''));
}

async function idsOf(sql: string): Promise<string[]> {
  return (await world.warehouse.query(sql)).map((row) => String(row['id'])).toSorted();
}

const idsSelect = (ids: readonly (number | null)[]): string =>
  ids.length === 0
    ? `select id from ${facts()} where 1 = 0`
    : ids.map((id) => `select ${id === null ? 'cast(null as bigint)' : id}`).join(' union all ');

describe('keys that checks ask for', () => {
  test('choose the rows that the values themselves would, whatever they are', async () => {
    const key = fc.oneof(
      fc.integer({ min: -2, max: 45 }),
      fc.integer({ min: 9_000_000_038, max: 9_000_000_062 }),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(key, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        async (sets) => {
          const questions = sets.map((ids) => asked({ values: idsSelect(ids) }));
          for (const [index, sql] of (await placed(questions)).entries()) {
            const { expression, values } = questions[index] ?? asked({ values: '' });
            expect(await idsOf(sql)).toEqual(
              await idsOf(`select id from ${facts()} where ${amongValues(expression, values, undefined)}`),
            );
            expect(sql).toMatch(/touched_keys|1 = 0/);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('are literals with a gap between the ids of two sources', async () => {
    const [sql = ''] = await placed([asked({ values: idsSelect([3, 5, 9_000_000_041]) })]);
    expect(sql).toContain(
      'id between 3 and 9000000041 and (id <= 3 or id >= 5) and (id <= 5 or id >= 9000000041)',
    );
  });

  test('of days tell the instants that they are the days of', async () => {
    const days = asked({
      expression: 'day',
      at: 'happened_at',
      columns: [{ model: 'facts', column: 'day' }],
      values: `select date '2026-01-07' union all select date '2026-02-03'`,
    });
    const [sql = ''] = await placed([days]);
    expect(sql).toContain("happened_at >= date '2026-01-07' - 1");
    expect(await idsOf(sql)).toEqual(['11', '2']);
  });

  test('of one question are gathered once, and only where a check is left that asks', async () => {
    const keys = touchedKeys(world.context, world.run);
    const one = asked({ values: idsSelect([1]) });
    expect(keys.ask(one)).toBe(keys.ask({ ...one }));
    keys.ask(asked({ values: 'select nothing from nowhere' }));
    const [sent] = await keys.place([check(`select id from ${facts()} where ${keys.ask(one)}`)]);
    const sets = await world.warehouse.query('select distinct set_no from delta_r1.touched_keys');
    expect(sets).toHaveLength(1);
    expect(sent?.probe).toMatchObject({ sql: expect.stringContaining('set_no = 0') as string });
  });

  test.each([
    ['a text', { expression: 'code', columns: [{ model: 'facts', column: 'code' }], values: `select 'c7'` }],
    ['a fraction', { expression: 'wide', columns: [{ model: 'facts', column: 'wide' }], values: 'select 7' }],
    ['of no known type', { columns: [], values: 'select 7' }],
    ['of a model that is not there', { columns: [{ model: 'gone', column: 'id' }], values: 'select 7' }],
  ])('stand in the condition where a key is %s', async (_, question) => {
    const [sql = ''] = await placed([asked(question)]);
    expect(sql).not.toContain('touched_keys');
    expect(await idsOf(sql)).toEqual(['7']);
  });

  test('that cannot be gathered leave each check its own values, and the one at fault its own error', async () => {
    const [good = '', bad = ''] = await placed([
      asked({ values: idsSelect([4]) }),
      asked({ values: `select 'no number'` }),
    ]);
    expect(await idsOf(good)).toEqual(['4']);
    await expect(idsOf(bad)).rejects.toThrow(/BIGINT and VARCHAR/);
  });
});
