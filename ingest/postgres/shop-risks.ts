import type { CapturePlace } from './capture-deps.ts';
import type { ReadinessFacts } from './readiness.ts';
import { sourceSchema } from './relation.ts';
import type { SourceConnection } from './source-connection.ts';

/** Something that does not stand in the way, but that whoever runs the shop should know. */
export interface Warning {
  readonly message: string;
  readonly remedy: string;
}

interface ServerLimits {
  readonly keepSize: string;
  readonly slots: number;
  readonly slotsUsed: number;
  readonly senders: number;
  readonly idleTimeout: string | null;
  readonly ownSlot: boolean;
}

/** What capture would change for the shop, or what of the shop could harm capture, without standing in the way. */
export async function readShopRisks(
  deps: CapturePlace,
  source: SourceConnection,
  facts: ReadinessFacts,
): Promise<Warning[]> {
  const [limits] = await source.query<ServerLimits>(
    `select current_setting('max_slot_wal_keep_size') as "keepSize",
       current_setting('max_replication_slots')::int as slots,
       (select count(*)::int from pg_replication_slots) as "slotsUsed",
       current_setting('max_wal_senders')::int as senders,
       current_setting('idle_replication_slot_timeout', true) as "idleTimeout",
       exists (select from pg_replication_slots where slot_name = $1) as "ownSlot"`,
    [deps.slot],
  );
  return [
    ...(limits === undefined ? [] : limitWarnings(limits)),
    ...(await lockedColumns(deps, source, facts)),
    ...(await openTransactions(source)),
  ];
}

function limitWarnings(limits: ServerLimits): Warning[] {
  const warnings: Warning[] = [];
  const add = (message: string, remedy: string): void => void warnings.push({ message, remedy });
  if (limits.keepSize === '-1') {
    add(
      'max_slot_wal_keep_size is not set: while capture stands still, the log fills the disk of the shop',
      `alter system set max_slot_wal_keep_size = '50GB'; select pg_reload_conf();`,
    );
  }
  if (!limits.ownSlot && limits.slotsUsed >= limits.slots) {
    add(`all ${limits.slots} replication slots are in use`, 'Raise max_replication_slots and restart.');
  }
  if (limits.senders === 0) add('max_wal_senders is 0', 'Raise max_wal_senders and restart.');
  if (limits.idleTimeout !== null && !/^0\D*$/.test(limits.idleTimeout)) {
    add(
      `idle_replication_slot_timeout is ${limits.idleTimeout}: a slot that no capture reads for so long is lost`,
      'Set it well above the longest outage, or to 0.',
    );
  }
  return warnings;
}

/** Migrations of the shop that would fail: PostgreSQL refuses to drop a column that a publication lists. */
async function lockedColumns(
  deps: CapturePlace,
  source: SourceConnection,
  { publication }: ReadinessFacts,
): Promise<Warning[]> {
  const rows = await source.query<{ name: string }>(
    `select distinct concat(n.nspname, '.', c.relname, '.', a.attname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       join pg_description d on d.objoid = c.oid and d.objsubid = a.attnum
      where n.nspname = $1 and c.relname = any ($2) and d.description ~* '\\m(deprecated|to be dropped|unused)\\M'`,
    [sourceSchema, deps.tables.map((each) => each.table)],
  );
  const listed = new Set(
    deps.tables.flatMap(({ table, columns }) => columns.map((name) => `${sourceSchema}.${table}.${name}`)),
  );
  const pending = rows.map((row) => row.name).filter((name) => listed.has(name));
  const columns = deps.tables.reduce((sum, table) => sum + table.columns.length, 0);
  const general: Warning = {
    message:
      `${columns} columns are${publication === undefined ? ' to be' : ''} listed in the publication: ` +
      'a migration of the shop that drops one of them fails until it is taken out (2BP01)',
    remedy:
      'Before such a migration: `shopwave schema deny shop.TABLE.COLUMN`; afterwards `shopwave schema allow` where it is to come back.',
  };
  if (pending.length === 0) return [general];
  const message = `columns that their comments call deprecated or to be dropped: ${pending.join(', ')}`;
  return [general, { message, remedy: general.remedy }];
}

/** Making the slot waits for every transaction that is open. */
async function openTransactions(source: SourceConnection): Promise<Warning[]> {
  const rows = await source.query<{ pid: number; who: string; minutes: number }>(
    `select pid, concat_ws(', ', nullif(application_name, ''), usename, state) as who,
       round(extract(epoch from clock_timestamp() - xact_start) / 60)::int as minutes
     from pg_stat_activity
     where backend_xid is not null and pid <> pg_backend_pid()
       and xact_start < clock_timestamp() - interval '1 minute' order by xact_start limit 5`,
  );
  return rows.map(({ pid, who, minutes }) => ({
    message: `process ${pid} (${who}) has had a transaction open for ${minutes} min: making the slot waits for its end`,
    remedy: `Wait, or end it: select pg_terminate_backend(${pid});`,
  }));
}
