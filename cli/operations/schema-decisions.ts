import { z } from 'zod';
import { driftErrors } from '../../ingest/drift/errors.ts';
import {
  readAllowances,
  restoreAllowance,
  wholeTable,
  withAllowances,
  writeAllowance,
} from '../../ingest/drift/allowance.ts';
import type { Allowance } from '../../ingest/drift/allowance.ts';
import { looksLikeCardData } from '../../ingest/drift/change.ts';
import {
  latestShapes,
  readChanges,
  readShapes,
  recordChanges,
  resolveChange,
  resolveChanges,
} from '../../ingest/drift/registry.ts';
import { isFieldRule } from '../../ingest/pci/field-rules.ts';
import { shopSource, snapshotChain } from '../../ingest/postgres/capture.ts';
import { resolveReleasing } from '../hold-drifted.ts';
import type { Platform } from '../wire.ts';
import { defineOperation, rowsResult } from './operation.ts';
import type { OperationResult } from './operation.ts';

const decision = z.object({
  /** SOURCE.TABLE.COLUMN, or SOURCE.TABLE for the whole of it. */
  target: z.string().regex(/^[a-z_]+\.[a-z0-9_]+(?:\.[A-Za-z0-9_]+)?$/, 'write SOURCE.TABLE.COLUMN'),
  rule: z.string().default('allow'),
  dryRun: z.boolean().default(false),
});

/** Takes a column over: publication, stream, and every row that is there already. */
export const schemaAllow = defineOperation({
  name: 'schema.allow',
  input: decision,
  run: async ({ target, rule, dryRun }, { platform, signal }) => {
    const allowance = { ...parseTarget(target), rule, isAllowed: true };
    if (!isFieldRule(rule) || rule === 'deny') {
      throw driftErrors.error('SCHEMA_RULE_UNKNOWN', { message: `"${rule}"`, where: target });
    }
    await mustExist(platform, allowance);
    const isBare = rule === 'allow' || rule === 'scrub' || rule === 'id';
    if (rule.startsWith('subject') && !(await hasSubject(platform, allowance.table))) {
      throw driftErrors.error('SCHEMA_RULE_UNKNOWN', {
        message: `rows of ${allowance.table} are about no person that is known`,
        where: target,
        remedy:
          'Name the column with the person in ingest/postgres/shop-tables.ts (subject), or take a token.',
      });
    }
    if (looksLikeCardData(allowance.column) && isBare) {
      throw driftErrors.error('SCHEMA_CARD_DATA', { message: allowance.column, where: target });
    }
    return await decide(platform, allowance, dryRun, signal);
  },
});

/** Takes a column off: before the shop drops it, or because it should never have been taken. */
export const schemaDeny = defineOperation({
  name: 'schema.deny',
  input: decision,
  run: async ({ target, dryRun }, { platform, signal }) =>
    decide(platform, { ...parseTarget(target), rule: 'deny', isAllowed: false }, dryRun, signal),
});

/** Says that a change needs nothing more, and lets marts that stood still because of it go on. */
export const schemaResolve = defineOperation({
  name: 'schema.resolve',
  input: z.object({ id: z.number().int().positive(), reason: z.string().min(1) }),
  run: async ({ id, reason }, { platform }) => {
    await platform.drift();
    const control = await platform.control();
    const at = platform.clock.now();
    const change = (await readChanges(control, { isOpen: true })).find((each) => each.id === id);
    const resolve = (): ReturnType<typeof resolveChange> => resolveChange(control, id, reason, at);
    const isResolved = (each: { readonly id: number }): boolean => each.id === id;
    const resolved =
      change?.source === shopSource
        ? await resolveReleasing(platform, platform.clock, change.table, { isResolved, resolve })
        : await resolve();
    return rowsResult(
      resolved === undefined
        ? []
        : [{ id, source: resolved.source, table: resolved.table, what: resolved.kind, decided: reason }],
      {
        columns: ['id', 'source', 'table', 'what', 'decided'],
        notes: resolved === undefined ? [`there is no open change ${id}`] : [],
      },
    );
  },
});

async function decide(
  platform: Platform,
  allowance: Allowance,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<OperationResult> {
  const { table, column, isAllowed } = allowance;
  await platform.drift();
  const tables = await platform.shopTables();
  const { shopTables: declared } = await import('../../ingest/postgres/shop-tables.ts');
  if (!declared.some((each) => each.table === table)) {
    throw driftErrors.error('SCHEMA_TABLE_UNKNOWN', { message: table, where: `${shopSource}.${table}` });
  }
  // What comes back as a whole comes back as it is declared.
  const base = isAllowed && column === wholeTable ? declared : tables;
  const wanted = withAllowances(base, [allowance]);
  const planned = await (await platform.source(wanted)).resync({ dryRun: true });
  const steps = [
    { step: 'allow-list', what: `${isAllowed ? '+' : '-'} ${table}.${column} (${allowance.rule})` },
    ...planned.statements.map((sql) => ({ step: 'source', what: sql })),
    ...planned.tables.map((name) => ({ step: 'read anew', what: name })),
  ];
  if (dryRun) return rowsResult(steps, { notes: ['nothing was done: --dry-run'] });
  const at = platform.clock.now();
  const control = await platform.control();
  const before = (await readAllowances(control, shopSource)).find(
    (each) => each.table === table && each.column === column,
  );
  // Before anything is read without it: what marts have of it must not be filled with nulls.
  if (!isAllowed) await holdDenied(platform, allowance);
  await writeAllowance(control, shopSource, allowance, at);
  const done = await followAllowList(platform, signal).catch(async (error: unknown) => {
    await restoreAllowance(control, shopSource, allowance, before, at);
    throw error;
  });
  const isSettled = isAllowed && (await settleAllowed(platform, allowance, at));
  return rowsResult([...steps, { step: 'done', what: `${done.rows} rows read` }], {
    notes: isSettled
      ? ['it is in raw; a staging model has to name it to go further']
      : isAllowed
        ? [
            `what was read anew waits for the log; marts made from ${table} go on after shopwave schema resolve`,
          ]
        : [
            `marts made from ${table} stay at their last good version; shopwave schema diff names the change to resolve once models do without`,
          ],
  });
}

async function followAllowList(platform: Platform, signal: AbortSignal): Promise<{ readonly rows: number }> {
  return await (await platform.source()).resync({ signal });
}

/** An open change like a drop: it holds marts until somebody resolves it. */
async function holdDenied(platform: Platform, { table, column }: Allowance): Promise<void> {
  const control = await platform.control();
  const dropped = {
    table,
    kind: column === wholeTable ? ('table_dropped' as const) : ('column_dropped' as const),
    column: column === wholeTable ? undefined : column,
    before: 'denied',
    after: undefined,
    severity: 'page' as const,
  };
  await recordChanges(control, shopSource, [dropped], platform.clock.now());
  await platform.watchShop();
}

/**
 * Lets marts go on that waited for the column: not before what was read anew is staged, or they would be built from rows
 * without it. Whether it came to that.
 */
async function settleAllowed(
  platform: Platform,
  { table, column, rule }: Allowance,
  at: Date,
): Promise<boolean> {
  await (await platform.source()).capture();
  await (await platform.loader()).load();
  await (await platform.transforms()).stage();
  const warehouse = await platform.warehouse();
  const waiting = await warehouse.query(
    `select batch_id from _meta.loaded_batch
     where source = ? and batch_id not in (select batch_id from _meta.staged_batch) limit 1`,
    [snapshotChain],
  );
  if (waiting.length > 0) return false;
  const control = await platform.control();
  const isResolved = (each: { readonly table: string; readonly column: string | undefined }): boolean =>
    each.table === table && (column === wholeTable || each.column === column);
  const filter = { source: shopSource, table, ...(column === wholeTable ? {} : { column }) };
  const resolve = (): Promise<unknown> => resolveChanges(control, filter, `taken over as ${rule}`, at);
  await resolveReleasing(platform, platform.clock, table, { isResolved, resolve });
  return true;
}

function parseTarget(target: string): Pick<Allowance, 'table' | 'column'> {
  const [source = '', table = '', column = wholeTable] = target.split('.');
  if (source === shopSource) return { table, column };
  throw driftErrors.error('SCHEMA_TABLE_UNKNOWN', {
    message: `fields of ${source} are allowed in its rules, in ingest/${source}/`,
    where: target,
    remedy: `Add the field to the stream's rules in ingest/${source}/ and give it to review.`,
  });
}

async function hasSubject(platform: Platform, table: string): Promise<boolean> {
  return (await platform.shopTables()).some((each) => each.table === table && each.subject !== undefined);
}

async function mustExist(platform: Platform, { table, column }: Allowance): Promise<void> {
  await platform.watchShop();
  const shapes = latestShapes(await readShapes(await platform.control(), shopSource));
  const shape = shapes.find((each) => each.table === table);
  if (shape?.columns.some((each) => column === wholeTable || each.name === column) === true) return;
  throw driftErrors.error('SCHEMA_COLUMN_UNKNOWN', {
    message: shape === undefined ? `there is no table ${table}` : `${table} has no column ${column}`,
    where: `${shopSource}.${table}.${column}`,
  });
}
