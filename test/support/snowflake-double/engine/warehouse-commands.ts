import type { Outcome } from '../contract.ts';
import { ddl } from './ddl.ts';
import { properties } from './properties.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { warehouseSize } from './warehouses.ts';
import type { WarehouseSettings } from './warehouses.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** CREATE WAREHOUSE after its WAREHOUSE; it runs at once unless told otherwise, and is the session's from here on. */
export async function createWarehouse(work: Work, scan: Scan, orReplace: boolean): Promise<Outcome> {
  const { warehouses } = work.engine;
  const ifNotExists = scan.takes('if not exists');
  const name = scan.identifier();
  const given = properties(scan);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      const isThere = warehouses.all.has(name);
      if (isThere && ifNotExists) return done('CREATE', `${name} already exists, statement succeeded.`);
      if (isThere && !orReplace) throw refused('exists', `'${name}'`);
      const isSuspended = isTrue(given.get('INITIALLY_SUSPENDED') ?? 'false');
      given.delete('INITIALLY_SUSPENDED');
      const settings = { ...defaults, others: new Map<string, string>() };
      for (const [key, value] of given) change(work, settings, key, value);
      warehouses.create(name, settings, isSuspended);
      work.session.warehouse = name;
      return await Promise.resolve(done('CREATE', `Warehouse ${name} successfully created.`));
    },
  );
}

/** Snowflake's own: ten minutes, and awake at the first statement. */
const defaults: Omit<WarehouseSettings, 'others'> = {
  size: 'X-Small',
  autoSuspend: 600,
  autoResume: true,
  resourceMonitor: null,
  comment: '',
};

/** ALTER WAREHOUSE after its WAREHOUSE. */
export async function alterWarehouse(work: Work, scan: Scan): Promise<Outcome> {
  const { warehouses } = work.engine;
  const ifExists = scan.takes('if exists');
  const isCurrent = ['resume', 'suspend', 'set', 'unset'].some((word) => scan.sees(word));
  const name = isCurrent ? work.session.warehouse : scan.identifier();
  if (name === null) throw refused('noWarehouse');
  const alter = readAlter(work, scan, name);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (!ifExists || warehouses.all.has(name)) alter();
      return await Promise.resolve(done('ALTER'));
    },
  );
}

function readAlter(work: Work, scan: Scan, name: string): () => void {
  const { warehouses } = work.engine;
  if (scan.takes('resume')) {
    const onlyIfSuspended = scan.takes('if suspended');
    return () => warehouses.resume(name, onlyIfSuspended);
  }
  if (scan.takes('suspend')) return () => warehouses.suspend(name);
  const changes: (readonly [string, string | undefined])[] = [];
  if (scan.takes('unset')) {
    do changes.push([scan.identifier(), undefined]);
    while (scan.takes(','));
  } else {
    scan.must('set');
    changes.push(...properties(scan));
  }
  return () => {
    const { settings } = warehouses.must(name);
    for (const [key, value] of changes) change(work, settings, key, value);
  };
}

type Changer = (settings: WarehouseSettings, value: string | undefined, work: Work) => void;

const changers: Readonly<Record<string, Changer>> = {
  WAREHOUSE_SIZE: (settings, value) => void (settings.size = warehouseSize(value ?? defaults.size)),
  AUTO_SUSPEND: (settings, value) =>
    void (settings.autoSuspend = value?.toUpperCase() === 'NULL' ? 0 : Number(value ?? defaults.autoSuspend)),
  AUTO_RESUME: (settings, value) => void (settings.autoResume = isTrue(value ?? 'true')),
  COMMENT: (settings, value) => void (settings.comment = value ?? ''),
  RESOURCE_MONITOR: (settings, value, { engine }) => {
    const isNone = value === undefined || value.toUpperCase() === 'NULL';
    if (!isNone) engine.objects.must('RESOURCE MONITOR', [value]);
    settings.resourceMonitor = isNone ? null : value;
  },
};

/** Parameters that are kept and change nothing here. */
const others = new Set([
  'WAREHOUSE_TYPE',
  'MIN_CLUSTER_COUNT',
  'MAX_CLUSTER_COUNT',
  'SCALING_POLICY',
  'ENABLE_QUERY_ACCELERATION',
  'QUERY_ACCELERATION_MAX_SCALE_FACTOR',
  'MAX_CONCURRENCY_LEVEL',
  'STATEMENT_QUEUED_TIMEOUT_IN_SECONDS',
  'STATEMENT_TIMEOUT_IN_SECONDS',
  'WAIT_FOR_COMPLETION',
]);

function change(work: Work, settings: WarehouseSettings, name: string, value: string | undefined): void {
  const changer = Object.hasOwn(changers, name) ? changers[name] : undefined;
  if (changer !== undefined) changer(settings, value, work);
  else if (!others.has(name)) throw refused('invalidParameter', `'${name}'`);
  else if (value === undefined) settings.others.delete(name);
  else settings.others.set(name, value);
}

function isTrue(text: string): boolean {
  return text.toLowerCase() === 'true';
}
