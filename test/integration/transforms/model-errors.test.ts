import { expect, test } from 'vitest';
import { describeError } from '../../../lib/errors.ts';
import { seedProject } from './seed-project.ts';

const files = {
  'seeds/rates.csv': 'currency,rate\nEUR,1.1\n',
  'models/marts/kept.sql': "select currency, rate from {{ ref('rates') }}",
  'models/marts/bad.sql': "select currency, rate from {{ ref('rates') }}",
  'models/marts/_marts.yml': `
models:
  - { name: kept, description: K, config: { materialized: table } }
  - { name: bad, description: B, config: { materialized: table } }
`,
};

test.each([true, false])('a second statement in a model is never run (dry run: %s)', async (dryRun) => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  await project.write({
    'models/marts/bad.sql': "select 'a;b' as currency,\n  2 as rate; -- ; \ndrop table marts.kept",
  });
  const outcome = await (await project.open()).build({ dryRun }).catch((error: unknown) => error);
  const said = { reasons: [expect.stringContaining('bad has 2 statements') as string] };
  expect(outcome).toMatchObject(
    dryRun ? { held: [said] } : { where: expect.stringContaining('bad.sql:3:1') as string },
  );
  expect(await project.rows('select * from marts.kept')).toHaveLength(1);
});

test('semicolons in strings and comments, and the one at the end, are no second statement', async () => {
  await using project = await seedProject({
    ...files,
    'models/marts/bad.sql': "-- a; b\nselect ';' as currency /* ; */, 2 as rate;\n-- the end;\n",
  });
  expect(await (await project.open()).build()).toMatchObject({ published: true, held: [] });
  expect(await project.rows('select currency from marts.bad')).toEqual([';']);
});

test('a mistake in SQL is reported where it stands in its file, with the column that was meant', async () => {
  await using project = await seedProject(files);
  await (await project.open()).build();
  const failing = async (sql: string): Promise<string> => {
    await project.write({ 'models/marts/bad.sql': sql });
    const error = await (await project.open()).build().catch((thrown: unknown) => thrown);
    return describeError(error);
  };
  const text =
    "{{ config(tags=['x']) }}\n\nselect\n  currency,\n  r.rte as rate\nfrom {{ ref('rates') }} as r";
  const first = await failing(text);
  expect(first).toContain('bad.sql:5:3');
  expect(first).toContain('did you mean rate?');
  const looped = await failing(
    "select\n{% for c in ['currency'] %}\n  {{ c }},\n{% endfor %}\n  {{ 'rte' }} as rate\nfrom {{ ref('rates') }}",
  );
  expect(looped).toMatch(/in compiled line \d+: rte as rate/);
  expect(looped).toContain('bad.sql:1');
});
