import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { shopSource, snapshotChain } from '../../../ingest/postgres/capture.ts';
import { openDuckdbWarehouse } from '../../../warehouse/duckdb/open.ts';
import { fold, readChainOfManifests, readLines, readSource } from '../../integration/ingest/archive.ts';
import type { Line, Rows } from '../../integration/ingest/archive.ts';
import { historyTables, totalBalance } from './workload.ts';

/** What a settled history is checked against. */
export interface Settled {
  readonly shop: Parameters<typeof readSource>[0];
  readonly archive: string;
  readonly warehouse: string;
}

/** Everything that is not as it must be; empty when the history held. */
export async function findViolations(settled: Settled): Promise<string[]> {
  const store = await openFolderStore(settled.archive);
  const manifests = [
    ...(await readChainOfManifests(store, shopSource)),
    ...(await readChainOfManifests(store, snapshotChain)),
  ];
  const raw = await readRaw(settled.warehouse);
  const violations: string[] = [];
  for (const table of historyTables) {
    const source = await readSource(settled.shop, table);
    const archived = await readLines(store, manifests, table.table);
    const loaded = raw.get(table.table) ?? [];
    violations.push(
      ...differences(`${table.table}: archive replay`, fold(archived, table.key), source),
      ...differences(`${table.table}: raw`, fold(loaded, table.key), source),
      ...repeated(`${table.table}: archive`, archived),
      ...repeated(`${table.table}: raw`, loaded),
    );
    if (loaded.length !== archived.length)
      violations.push(`${table.table}: ${archived.length} lines archived, ${loaded.length} loaded`);
  }
  return [...violations, ...unbalanced(raw.get('accounts') ?? [])];
}

async function readRaw(path: string): Promise<ReadonlyMap<string, Line[]>> {
  const warehouse = await openDuckdbWarehouse({ path });
  const raw = new Map<string, Line[]>();
  try {
    for (const { table } of historyTables) {
      const rows = await warehouse.query(
        `select _op as op, _position as pos, _ordinal as ord, _unchanged as unchanged, cast(data as varchar) as data
         from raw.shop__${table}`,
      );
      raw.set(table, rows.map(lineOf));
    }
  } finally {
    await warehouse.close();
  }
  return raw;
}

function lineOf(row: Readonly<Record<string, unknown>>): Line {
  const unchanged = row['unchanged'];
  return {
    op: String(row['op']) as Line['op'],
    pos: String(row['pos']),
    ord: Number(row['ord']),
    ...(typeof unchanged === 'string' ? { unchanged: JSON.parse(unchanged) as string[] } : {}),
    data: JSON.parse(String(row['data'])) as Line['data'],
  };
}

function differences(where: string, found: Rows, expected: Rows): string[] {
  const keys = [...new Set([...found.keys(), ...expected.keys()])];
  const wrong = keys.filter((key) => text(found.get(key)) !== text(expected.get(key)));
  return wrong.slice(0, 3).map((key) => {
    const columns = Object.keys({ ...found.get(key), ...expected.get(key) });
    const differ = columns.filter((name) => found.get(key)?.[name] !== expected.get(key)?.[name]);
    const state = found.has(key)
      ? expected.has(key)
        ? `differs in ${differ.join()}`
        : 'is there no more'
      : 'is missing';
    return `${where}: ${key} ${state} (${wrong.length} rows in all)`;
  });
}

function text(row: Readonly<Record<string, string | null>> | undefined): string {
  return row === undefined
    ? ''
    : JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** One change has one place in the log, however often it was sent. */
function repeated(where: string, lines: readonly Line[]): string[] {
  const changes = lines.filter(({ op }) => op !== 'r' && op !== 's' && op !== 't');
  const places = new Set(changes.map(({ pos, ord }) => `${pos}/${ord}`));
  return places.size === changes.length ? [] : [`${where}: ${changes.length - places.size} changes twice`];
}

/** Money is moved, never made: after every transaction that changed accounts the sum is the same. */
function unbalanced(lines: readonly Line[]): string[] {
  const balances = new Map<string, bigint>();
  const sorted = lines.toSorted((a, b) => (a.pos === b.pos ? a.ord - b.ord : a.pos < b.pos ? -1 : 1));
  const wrong: string[] = [];
  sorted.forEach((line, index) => {
    if (line.op === 's') return;
    balances.set(line.data['id'] ?? '', cents(line.data['balance'] ?? '0'));
    const isLast = sorted[index + 1]?.pos !== line.pos;
    const sum = [...balances.values()].reduce((total, each) => total + each, 0n);
    // A snapshot reads later than its position says: only once the log has passed it do both speak of one moment.
    if (isLast && index === sorted.length - 1 && sum !== BigInt(totalBalance) * 100n)
      wrong.push(`accounts: ${sum} cents after ${line.pos}`);
  });
  return wrong;
}

function cents(text: string): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
  return text.startsWith('-') ? -value : value;
}
