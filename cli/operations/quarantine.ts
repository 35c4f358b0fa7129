import { z } from 'zod';
import type { QuarantinedRow } from '../../transforms/engine/stage/quarantine.ts';
import type { Transforms } from '../../transforms/engine/transforms.ts';
import { cliErrors } from '../errors.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { Cell } from './operation.ts';

const ids = z.array(z.string().regex(/^[0-9a-f]{32}$/, 'an id as `quarantine list` shows it'));
const columns = ['id', 'table', 'column', 'key', 'position', 'ordinal', 'reason', 'status', 'since'];

/** What staging and landing have set aside. Those of landing have no id: they are sent again from the source. */
export const quarantineList = defineOperation({
  name: 'quarantine.list',
  input: z.object({
    all: z.boolean().default(false),
    limit: z.int().min(1).max(100_000).default(100),
  }),
  run: async ({ all, limit }, { platform }) => {
    const transforms = await platform.transforms();
    const rows = await transforms.quarantine(all ? { limit } : { status: 'open', limit });
    const landed = await transforms.landingQuarantine(limit);
    const noted = landed.map(({ table, column, key, position, ordinal, reason, loadedAt }) => {
      return { id: null, table, column, key, position, ordinal, reason, status: 'landing', since: loadedAt };
    });
    return rowsResult([...rows.map(listed), ...noted], { columns, notes: await staleNotes(transforms) });
  },
});

function listed(row: QuarantinedRow): Readonly<Record<string, Cell>> {
  const { id, table, column, key, position, ordinal, reason, status, quarantinedAt } = row;
  return { id, table, column, key, position, ordinal, reason, status, since: quarantinedAt };
}

async function staleNotes(transforms: Transforms): Promise<string[]> {
  return (await transforms.quarantined()).map(
    ({ model, rows, staleKeys, since }) =>
      `${model}: ${rows} row(s) in quarantine since ${since}, ${staleKeys} key(s) stale for it`,
  );
}

/** One row, whole but for its values. */
export const quarantineShow = defineOperation({
  name: 'quarantine.show',
  input: z.object({ id: ids.element }),
  run: async ({ id }, { platform }) => {
    const [row] = await (await platform.transforms()).quarantine({ ids: [id] });
    if (row === undefined) {
      throw cliErrors.error('CLI_NOT_FOUND', {
        message: `${id} stands in no quarantine`,
        remedy: 'See what does with `shopwave quarantine list --all`.',
      });
    }
    const facts = Object.entries(row).map(([name, value]) => ({ name, value }));
    return rowsResult(facts, { columns: ['name', 'value'] });
  },
});

/** Stages rows once more; what is bad still stays where it is. */
export const quarantineReplay = defineOperation({
  name: 'quarantine.replay',
  input: z.object({ ids: ids.default([]) }),
  run: async (input, { platform }) => {
    const transforms = await platform.transforms();
    const wanted = await transforms.quarantine({
      status: 'open',
      ...(input.ids.length === 0 ? {} : { ids: input.ids }),
    });
    if (wanted.length === 0 && input.ids.length === 0)
      return rowsResult([], { columns, notes: ['nothing stands open in quarantine'] });
    const { step, changedRows } = await transforms.replayQuarantine(
      input.ids.length === 0 ? 'all' : input.ids,
    );
    const after = await transforms.quarantine({ ids: wanted.map(({ id }) => id) });
    const staged = after.filter(({ status }) => status === 'replayed').length;
    const notes = [
      `step ${step}: ${staged} of ${wanted.length} row(s) are out of quarantine, ${changedRows} staged row(s) changed`,
      ...(await staleNotes(transforms)),
    ];
    return rowsResult(after.map(listed), { columns, notes });
  },
});

/** Gives rows up. */
export const quarantineDiscard = defineOperation({
  name: 'quarantine.discard',
  input: z.object({ ids: ids.min(1), dryRun: z.boolean().default(false) }),
  run: async (input, { platform }) => {
    const transforms = await platform.transforms();
    if (input.dryRun) {
      const rows = await transforms.quarantine({ status: 'open', ids: input.ids });
      return rowsResult(rows.map(listed), {
        columns,
        notes: [`${rows.length} row(s) would be given up; this was a dry run`],
      });
    }
    const given = await transforms.discardQuarantine(input.ids);
    const rows = await transforms.quarantine({ ids: input.ids });
    return rowsResult(rows.map(listed), { columns, notes: [`${given} row(s) were given up`] });
  },
});
