import { expect, test } from 'vitest';
import type { Warehouse } from '../../../warehouse/warehouse.ts';
import { changes, dyingAfter, withCommittingDdl } from '../../support/committing-ddl.ts';
import { withRefusedCommit, withStatementHook } from '../../support/faulty-warehouse.ts';
import { seedProject } from './seed-project.ts';
import type { SeedProject } from './seed-project.ts';

const plain = "select id from {{ ref('things') }}";
const widened = "select id, 'x' as extra from {{ ref('things') }}";
const model = 'models/marts/fct_things.sql';
const files = {
  'seeds/things.csv': 'id\n1\n2\n',
  [model]: plain,
  'models/marts/_marts.yml':
    'models:\n  - name: fct_things\n    description: Things.\n    columns: [{ name: id, description: Id. }]\n    config: { materialized: table }\n',
};
const asView = files['models/marts/_marts.yml'].replace('table', 'view');

const columns = (project: SeedProject): Promise<string[]> =>
  project.rows("select column_name from information_schema.columns where table_schema = 'marts' order by 1");

const ofThings = changes(/^(marts|feed)\.fct_things$/);

/** A warehouse that refuses the COMMIT of every publication. */
function refusing(project: SeedProject): Warehouse {
  let isPublishing = false;
  const hooked = withStatementHook(project.warehouse, (sql) => {
    isPublishing ||= sql.includes('insert into _meta.publication ');
  });
  return withCommittingDdl(withRefusedCommit(hooked, () => isPublishing));
}

test.each([
  ['table', files['models/marts/_marts.yml']],
  ['view', asView],
])(
  'a %s that was replaced for a version which failed is made anew, when the edit is taken back',
  async (_, yaml) => {
    await using project = await seedProject({ ...files, 'models/marts/_marts.yml': yaml });
    const limited = withCommittingDdl(project.warehouse);
    await (await project.open({}, limited)).build();
    await project.write({ [model]: widened });
    await expect((await project.open({}, refusing(project))).build()).rejects.toThrow();
    await project.write({ [model]: plain });
    const healthy = await project.open({}, limited);
    expect(await healthy.build()).toMatchObject({ published: true, publication: { version: 2 } });
    expect(await columns(project)).toEqual(['id']);
    expect(await project.rows('select id from marts.fct_things order by 1')).toEqual(['1', '2']);
  },
);

test('a process that dies right after it has replaced a table leaves it marked', async () => {
  await using project = await seedProject(files);
  const limited = withCommittingDdl(project.warehouse);
  await (await project.open({}, limited)).build();
  await project.write({ [model]: widened });
  const mortal = dyingAfter(
    project.warehouse,
    1,
    (sql) => ofThings(sql) || sql.includes('insert into _meta.publication '),
  );
  await expect((await project.open({}, mortal.warehouse)).build()).rejects.toThrow();
  expect(mortal.isDead()).toBe(true);
  await project.write({ [model]: plain });
  await (await project.open({}, limited)).build();
  expect(await columns(project)).toEqual(['id']);
});

test('who may publish no more replaces no table', async () => {
  await using project = await seedProject(files);
  await (await project.open({}, withCommittingDdl(project.warehouse))).build();
  await project.write({ [model]: widened });
  let replaced = 0;
  const counting = withStatementHook(project.warehouse, (sql) => {
    if (ofThings(sql)) replaced += 1;
  });
  let isFirst = true;
  const onProgress = ({ step, state }: { step: string; state: string }): void => {
    if (step !== 'audit' || state !== 'finished' || !isFirst) return;
    isFirst = false;
    overtaken = project.warehouse.execute('update _meta.head set epoch = epoch + 1');
  };
  let overtaken: Promise<unknown> = Promise.resolve();
  const transforms = await project.open({ onProgress }, withCommittingDdl(counting));
  expect(await transforms.build()).toMatchObject({ published: true });
  await overtaken;
  // Its table and its feed, by the second try alone.
  expect(replaced).toBe(2);
});

test('who was overtaken since it marked its models replaces no table either', async () => {
  await using project = await seedProject(files);
  await (await project.open({}, withCommittingDdl(project.warehouse))).build();
  await project.write({ [model]: widened });
  let [replaced, looked] = [0, 0];
  const slow = withStatementHook(project.warehouse, async (sql) => {
    if (ofThings(sql)) replaced += 1;
    if (!sql.startsWith('update _meta.head set version')) return;
    looked += 1;
    // The first one is in the transaction that marks.
    if (looked === 2) await project.warehouse.execute('update _meta.head set epoch = epoch + 1');
  });
  const transforms = await project.open({}, withCommittingDdl(slow));
  expect(await transforms.build()).toMatchObject({ published: true });
  // Its table and its feed, by the second try alone.
  expect(replaced).toBe(2);
});

test('a first version that failed does not stand in the way of other columns', async () => {
  await using project = await seedProject(files);
  await expect((await project.open({}, refusing(project))).build()).rejects.toMatchObject({
    code: 'WAREHOUSE_UNAVAILABLE',
  });
  await project.write({ [model]: widened });
  const healthy = await project.open({}, withCommittingDdl(project.warehouse));
  expect(await healthy.build()).toMatchObject({ published: true, publication: { version: 1 } });
  expect(await project.rows('select * from marts.fct_things order by 1')).toEqual(['1 x', '2 x']);
  expect(await project.rows('select count(*) from feed.fct_things')).toEqual(['0']);
  await project.write({ 'seeds/things.csv': 'id\n1\n2\n3\n' });
  await (await project.open({}, withCommittingDdl(project.warehouse))).build();
  expect(await project.rows('select id, extra, _image from feed.fct_things')).toEqual(['3 x after']);
});
