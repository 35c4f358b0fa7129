import { expect, test } from 'vitest';
import { orderRow } from '../../support/shop-rows.ts';
import { openTransformRig } from '../../support/transform-rig.ts';
import type { TransformRig } from '../../support/transform-rig.ts';
import { writeProject } from '../../unit/transforms/project/temporary-project.ts';
import { smallShop } from './small-shop.ts';

const marts = 'models/marts/_marts.yml';
const only = (channels: string): string =>
  (smallShop[marts] ?? '').replace('values: [web, app]', `values: [${channels}]`);

async function openShop(): Promise<TransformRig> {
  const rig = await openTransformRig(await writeProject(smallShop));
  await rig.take([orderRow(1, '1'), orderRow(2, '2', { channel: 'app' })]);
  await rig.ask('transform.run');
  return rig;
}

test('build looks at what it leaves alone by the checks as they are now; run does not', async () => {
  await using rig = await openShop();
  const { ask, edit } = rig;
  await edit(marts, only('web'));
  for (const dryRun of [true, false]) {
    expect((await ask('transform.build', { select: ['fct_orders'], dryRun })).failure).toMatchObject({
      code: 'CLI_CHECKS_FAILED',
      message: expect.stringMatching(
        /accepted_values_channel on fct_orders: .*app|accepted_values_channel/,
      ) as string,
    });
  }
  expect((await ask('transform.run', { select: ['fct_orders'] })).failure).toBeUndefined();
  expect((await ask('transform.build', { select: ['channels'] })).failure).toBeUndefined();
  await edit(marts, only('web, app'));
  expect((await ask('transform.build')).failure).toBeUndefined();
});

test('a mart whose edit was held back is held back no more once the edit is gone', async () => {
  await using rig = await openShop();
  const { ask, edit } = rig;
  const sql = 'models/marts/fct_orders.sql';
  await edit(sql, (smallShop[sql] ?? '').replace('channel,', "'fax' as channel,"));
  await ask('transform.run').catch(() => undefined);
  const held = async (): Promise<unknown> => (await ask('transform.held')).rows.map(({ model }) => model);
  expect(await held()).toContain('fct_orders');
  await edit(sql, smallShop[sql] ?? '');
  expect((await ask('transform.run')).failure).toBeUndefined();
  expect(await held()).toEqual([]);
});
