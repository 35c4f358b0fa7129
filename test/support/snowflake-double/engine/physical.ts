import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../../../warehouse/sql-text.ts';

/** A column as DuckDB holds it. */
export interface PhysicalColumn {
  readonly name: string;
  /** As DuckDB spells it, `DECIMAL(10,2)`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** An expression in DuckDB's words. */
  readonly default: string | undefined;
}

/**
 * The DuckDB below. Every version of every table has a schema of its own, `v17."ORDERS"`, so that names which differ in
 * case alone, or stand in several databases, are no trouble, and a version is put in place by naming its schema.
 */
export class Physical {
  readonly instance: DuckDBInstance;
  private readonly upkeep: DuckDBConnection;
  private tail: Promise<unknown> = Promise.resolve();
  private versions = 0;
  private readonly viewColumns = new Map<string, PhysicalColumn[]>();

  private constructor(instance: DuckDBInstance, upkeep: DuckDBConnection) {
    this.instance = instance;
    this.upkeep = upkeep;
  }

  static async open(path: string, threads: number): Promise<Physical> {
    const instance = await DuckDBInstance.create(path, {
      threads: String(threads),
      default_null_order: 'nulls_last_on_asc_first_on_desc',
      preserve_insertion_order: 'true',
    });
    const physical = new Physical(instance, await instance.connect());
    await physical.run('create schema engine', 'create table engine.pin (x int)');
    return physical;
  }

  async connect(): Promise<DuckDBConnection> {
    return await this.instance.connect();
  }

  newVersion(): string {
    this.versions += 1;
    return `v${this.versions}`;
  }

  /** Statements that belong to nobody's transaction, one after the other. */
  async run(...statements: readonly string[]): Promise<void> {
    if (statements.length === 0) return;
    await this.inTurn(async () => await this.upkeep.run(statements.join(';\n')));
  }

  async rows(sql: string): Promise<Record<string, unknown>[]> {
    return await this.inTurn(async () => (await this.upkeep.runAndReadAll(sql)).getRowObjectsJson());
  }

  async drop(versions: readonly string[]): Promise<void> {
    for (const version of versions) this.viewColumns.delete(version);
    await this.run(...versions.map((version) => `drop schema if exists ${version} cascade`));
  }

  /** The columns of a table or view of this version. */
  async columnsOf(version: string, name: string): Promise<PhysicalColumn[]> {
    const rows = await this.rows(`describe ${physicalName(version, name)}`);
    return rows.map((row) => ({
      name: String(row['column_name']),
      type: String(row['column_type']),
      isNullable: row['null'] !== 'NO',
      default: typeof row['default'] === 'string' ? row['default'] : undefined,
    }));
  }

  /** A view never changes, and asking for its columns costs as much as planning it. */
  async columnsOfView(version: string, name: string): Promise<PhysicalColumn[]> {
    const columns = this.viewColumns.get(version) ?? (await this.columnsOf(version, name));
    this.viewColumns.set(version, columns);
    return columns;
  }

  close(): void {
    this.upkeep.closeSync();
    this.instance.closeSync();
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(work);
    this.tail = turn.catch(() => {});
    return await turn;
  }
}

/** What makes an empty table of these columns. */
export function tableDdl(version: string, name: string, columns: readonly PhysicalColumn[]): string[] {
  const parts = columns.map(
    (column) =>
      `${quoteIdentifier(column.name)} ${column.type}${column.isNullable ? '' : ' not null'}${
        column.default === undefined ? '' : ` default ${column.default}`
      }`,
  );
  return [
    `create schema ${version}`,
    `create table ${version}.${quoteIdentifier(name)} (${parts.join(', ')})`,
  ];
}

export function physicalName(version: string, name: string): string {
  return `${version}.${quoteIdentifier(name)}`;
}
