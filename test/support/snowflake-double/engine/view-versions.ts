import { quoteIdentifier } from '../../../../warehouse/sql-text.ts';
import type { Physical } from './physical.ts';
import { physicalName } from './physical.ts';
import { refused } from './refused.ts';

/** A view of DuckDB that is to exist before a statement is run. */
interface Wanted {
  readonly key: string;
  readonly version: string;
  readonly sql: string;
  /** How many columns it has to have; undefined where any will do. */
  readonly width: number | undefined;
  readonly name: string;
}

/**
 * Views over versions of tables: Snowflake's own as they are expanded for a statement, and tables together with rows that
 * a transaction has added. They never change; where versions move on, there are new ones.
 */
export class ViewVersions {
  private readonly physical: Physical;
  private readonly known = new Map<string, string>();
  /** Keys of the views that read a version. */
  private readonly readers = new Map<string, Set<string>>();

  constructor(physical: Physical) {
    this.physical = physical;
  }

  /** Views to make, collected while a statement is translated. */
  collector(): ViewCollector {
    return new ViewCollector(this.physical, this.known, this.readers);
  }

  /** Forgets and drops what reads versions that are gone or have changed. */
  async drop(versions: readonly string[]): Promise<void> {
    const gone: string[] = [];
    const next = [...versions];
    for (let version = next.pop(); version !== undefined; version = next.pop()) {
      for (const key of this.readers.get(version) ?? []) {
        const made = this.known.get(key);
        this.known.delete(key);
        if (made === undefined) continue;
        gone.push(made);
        next.push(made);
      }
      this.readers.delete(version);
    }
    await this.physical.drop(gone);
  }
}

export class ViewCollector {
  private readonly physical: Physical;
  private readonly known: Map<string, string>;
  private readonly readers: Map<string, Set<string>>;
  private readonly wanted = new Map<string, Wanted>();

  constructor(physical: Physical, known: Map<string, string>, readers: Map<string, Set<string>>) {
    this.physical = physical;
    this.known = known;
    this.readers = readers;
  }

  /** The version under which a view with this text stands, or will stand after `make`. */
  view(name: string, columns: readonly string[] | undefined, body: string, width?: number): string {
    const key = JSON.stringify([name, columns, body]);
    const made = this.known.get(key);
    if (made !== undefined) return made;
    const waiting = this.wanted.get(key);
    if (waiting !== undefined) return waiting.version;
    const version = this.physical.newVersion();
    const list = columns === undefined ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
    const sql = `create view ${physicalName(version, name)}${list} as ${body}`;
    this.wanted.set(key, { key, version, sql, width, name });
    return version;
  }

  async make(): Promise<void> {
    for (const wanted of this.wanted.values()) {
      await this.physical.run(`create schema ${wanted.version}`, wanted.sql);
      const { width, version, key, name } = wanted;
      if (width !== undefined) {
        const columns = await this.physical.columnsOfView(version, name);
        if (columns.length !== width) {
          await this.physical.drop([version]);
          throw refused(
            'viewColumns',
            `for '${name}' declared ${width} column(s), but view query produces ${columns.length} column(s)`,
          );
        }
      }
      this.known.set(key, version);
      for (const [read] of wanted.sql.matchAll(/\bv\d+(?=\.")/g)) {
        if (read === version) continue;
        const readers = this.readers.get(read) ?? new Set();
        this.readers.set(read, readers.add(key));
      }
    }
  }
}
