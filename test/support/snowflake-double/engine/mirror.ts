import { quoteIdentifier } from '../../../../warehouse/sql-text.ts';
import { physicalName } from './physical.ts';
import type { EngineState } from './state.ts';

/**
 * What is committed, under its own names, for tests that look past Snowflake: DuckDB's SQL, in which `marts.fct_orders`
 * stands for the table of that name in the database SHOPWAVE. Reading alone.
 */
export class Mirror {
  private readonly engine: EngineState;
  /** Version by name, as it was mirrored last. */
  private readonly shown = new Map<string, string>();
  private tail: Promise<unknown> = Promise.resolve();

  constructor(engine: EngineState) {
    this.engine = engine;
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const turn = this.tail.then(() =>
      this.engine.latch.reading(async () => {
        await this.refresh();
        return await this.engine.physical.rows(sql);
      }),
    );
    this.tail = turn.catch(() => {});
    return await turn;
  }

  private async refresh(): Promise<void> {
    const { catalog, physical } = this.engine;
    const tables = catalog
      .within('SHOPWAVE', undefined)
      .flatMap((each) => (each.kind === 'table' ? [each] : []));
    const now = new Map(
      tables.map((table) => [
        `${quoteIdentifier(table.name[1].toLowerCase())}.${quoteIdentifier(table.name[2].toLowerCase())}`,
        physicalName(table.version, table.name[2]),
      ]),
    );
    const statements = [...this.shown.keys()]
      .filter((name) => !now.has(name))
      .map((name) => `drop view if exists ${name}`);
    for (const [name, version] of now) {
      if (this.shown.get(name) === version) continue;
      statements.push(
        `create schema if not exists ${name.slice(0, name.lastIndexOf('."'))}`,
        `create or replace view ${name} as from ${version}`,
      );
    }
    await physical.run(...statements);
    this.shown.clear();
    for (const [name, version] of now) this.shown.set(name, version);
  }
}
