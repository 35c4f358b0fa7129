import process from 'node:process';
import { expect, test } from 'vitest';
import type { FailpointName } from '../../lib/failpoint.ts';
import { shopTables } from '../../ingest/postgres/shop-tables.ts';
import { createDataFolder, postmasterOf, run } from '../support/command.ts';
import { crash, mustStartWhole } from './crash.ts';

/**
 * Every named place, first while there is nothing yet (the snapshot, the first load, the first publication), then on
 * changes. One folder goes through all of them, so that what one crash leaves behind meets the next.
 */
const onSnapshot: readonly FailpointName[] = [
  'cdc.after_read',
  'cdc.after_file',
  'cdc.after_manifest',
  'cdc.after_row',
  'load.inside',
  'load.recorded',
  'stage.inside',
  'build.before_audit',
  'publish.inside',
  'publish.after_commit',
];
const onChanges: readonly FailpointName[] = [
  'cdc.after_read',
  'cdc.after_file',
  'cdc.after_manifest',
  'cdc.after_row',
  'cdc.after_ack',
  'load.inside',
  'load.recorded',
  'stage.inside',
  'build.before_audit',
  'publish.after_cas',
  'publish.after_apply',
  'publish.after_commit',
];

const options = ['start', '--backlog', '600', '--tick', '1s', '--port', '0'];

/** With the command, now and then, the database server dies too. */
async function killServer(folder: string): Promise<void> {
  const server = await postmasterOf(folder);
  if (server !== undefined) process.kill(server, 'SIGKILL');
}

test('killed at every named place in turn, nothing is lost and nothing doubled', async () => {
  await using folder = await createDataFolder();
  for (const [index, failpoint] of [...onSnapshot, ...onChanges].entries()) {
    await crash([...options, '--data-dir', folder.path], failpoint);
    if (index % 4 === 3) await killServer(folder.path);
  }
  await mustStartWhole(folder.path);
  expect(await doubledRows(folder.path)).toEqual([]);
  expect(await brokenChains(folder.path)).toEqual([]);
});

async function query(folder: string, sql: string): Promise<Array<Record<string, unknown>>> {
  const { code, stdout, stderr } = await run(['warehouse', 'query', sql, '-o', 'json', '--data-dir', folder]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Array<Record<string, unknown>>;
}

/** Changes that are in raw more than once. */
function doubledRows(folder: string): Promise<Array<Record<string, unknown>>> {
  const counts = shopTables.map(
    ({ table }) =>
      `select '${table}' as table_name, _position, _ordinal, data->>'$.id' as id, count(*) as n
       from raw.shop__${table} group by all having count(*) > 1`,
  );
  return query(folder, counts.join(' union all '));
}

/** Batches that do not begin where another ended: a gap or an overlap in the log. */
function brokenChains(folder: string): Promise<Array<Record<string, unknown>>> {
  return query(
    folder,
    `select batch_id from _meta.loaded_batch as b
     where from_position <> '0000000000000000' and 1 <> (
       select count(*) from _meta.loaded_batch as a where a.source = b.source and a.to_position = b.from_position)
     union all
     select from_position from _meta.loaded_batch group by source, from_position having count(*) > 1`,
  );
}
