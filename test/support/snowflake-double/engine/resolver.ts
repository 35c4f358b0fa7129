import { shown } from './catalog.ts';
import type { CatalogColumn, FullName, Place, Table, View } from './catalog.ts';
import { mustMatchInCase } from './column-case.ts';
import { informationSchema, refreshCatalogue } from './information-schema.ts';
import { physicalName } from './physical.ts';
import { refused } from './refused.ts';
import type { ObjectName } from './scan.ts';
import type { SessionState } from './session-state.ts';
import type { EngineState } from './state.ts';
import type { TranslateContext } from './translator.ts';
import type { ViewCollector } from './view-versions.ts';

/** A view in a view in a view: beyond this it is one that reads itself. */
const deepestView = 30;

/**
 * What the relations of one statement are at this moment: a transaction's own version of what it has changed, of all
 * else what is committed. Only what the resolver has given a name to may be read, before the next one is made.
 */
export class Resolver {
  /** Whether anything is read that needs a warehouse at work. */
  reads = false;
  private readonly engine: EngineState;
  private readonly session: SessionState;
  private readonly collector: ViewCollector;
  private readonly written: ReadonlyMap<string, string>;
  private depth = 0;
  private readsCatalogue = false;
  private readonly seen: (readonly CatalogColumn[])[] = [];

  /** `written`: version by id of the tables that the statement changes. */
  constructor(engine: EngineState, session: SessionState, written: ReadonlyMap<string, string> = new Map()) {
    this.engine = engine;
    this.session = session;
    this.written = written;
    this.collector = engine.views.collector();
  }

  context(binds: TranslateContext['binds'], place: Place = this.session): TranslateContext {
    const { session } = this;
    return {
      relation: (name, use) => this.relation(name, use, place),
      parameter: (name) => session.parameters.get(name),
      session: new Map([
        ['CURRENT_ROLE', session.role],
        ['CURRENT_WAREHOUSE', session.warehouse],
        ['CURRENT_DATABASE', session.database],
        ['CURRENT_SCHEMA', session.schema],
        ['CURRENT_USER', session.user],
        ['CURRENT_SESSION', session.id],
        ['CURRENT_TRANSACTION', session.transaction?.id ?? null],
        ['LAST_QUERY_ID', session.lastQueryId],
        ['CURRENT_VERSION', '9.0.0'],
        ['CURRENT_ACCOUNT', 'DOUBLE'],
        ['CURRENT_REGION', 'DOUBLE'],
        ['CURRENT_CLIENT', 'JavaScript'],
      ]),
      binds,
    };
  }

  /** A query in DuckDB's words. */
  query(sql: string, binds: TranslateContext['binds'] = []): string {
    const text = this.engine.translator.query(sql, this.context(binds));
    this.checkCase(sql);
    return text;
  }

  /** INSERT, UPDATE, DELETE or MERGE in DuckDB's words. */
  dml(sql: string, binds: TranslateContext['binds']): readonly string[] {
    const texts = this.engine.translator.dml(sql, this.context(binds));
    this.checkCase(sql);
    return texts;
  }

  /** Makes the views that the names stand for; before the statement, in its moment. */
  async ready(): Promise<void> {
    if (this.readsCatalogue) await refreshCatalogue(this.engine);
    await this.collector.make();
  }

  /** The version and text of a table as this session reads it. */
  read(table: Table): string {
    const [, , name] = table.name;
    const change = this.session.transaction?.changes.get(table.id);
    if (change === undefined) return physicalName(table.version, name);
    if (change.kind === 'own') return physicalName(change.version, name);
    const parts = [table.version, change.version].map((version) => `from ${physicalName(version, name)}`);
    return physicalName(this.collector.view(name, undefined, parts.join(' union all ')), name);
  }

  view(view: View): string {
    const [database, schema, name] = view.name;
    if (this.depth >= deepestView) throw refused('viewColumns', `for ${shown(view.name)} reads itself`);
    this.depth += 1;
    try {
      const body = this.engine.translator.query(view.text, this.context([], { database, schema }));
      const columns =
        view.columns.length === 0 ? view.columnNames : view.columns.map((column) => column.name);
      const width = columns?.length;
      return physicalName(this.collector.view(name, columns, body, width), name);
    } finally {
      this.depth -= 1;
    }
  }

  private checkCase(sql: string): void {
    mustMatchInCase(sql, this.session.parameters.is('QUOTED_IDENTIFIERS_IGNORE_CASE'), this.seen);
  }

  private relation(name: ObjectName, use: 'read' | 'write', place: Place): string {
    this.reads = true;
    if (name.at(-2) === 'INFORMATION_SCHEMA') return this.ofInformationSchema(name, place);
    const full: FullName = this.engine.catalog.full(name, place);
    const found = this.engine.catalog.must(full, this.session.id);
    if (this.depth === 0) this.seen.push(found.columns);
    if (use === 'write') {
      const version = this.written.get(found.id);
      if (version === undefined) throw refused('unsupported', `a change of ${shown(full)} here`);
      return physicalName(version, full[2]);
    }
    this.engine.grants.mustHave(this.session, 'SELECT', found);
    return found.kind === 'table' ? this.read(found) : this.view(found);
  }

  private ofInformationSchema(name: ObjectName, place: Place): string {
    const database = name.length === 3 ? name[0] : place.database;
    if (database === null || database === undefined) throw refused('noDatabase');
    this.engine.catalog.mustDatabase(database);
    this.readsCatalogue = true;
    const view = name.at(-1) ?? '';
    const body = informationSchema(view, database, this.session.id);
    if (body === undefined) throw refused('missing', shown(name));
    return physicalName(this.collector.view(view, undefined, body), view);
  }
}
