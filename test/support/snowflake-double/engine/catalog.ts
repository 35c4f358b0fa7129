import type { PhysicalColumn } from './physical.ts';
import { refused } from './refused.ts';
import type { ObjectName } from './scan.ts';

/** Database, schema, name. */
export type FullName = readonly [database: string, schema: string, name: string];

export interface CatalogColumn extends PhysicalColumn {
  readonly comment: string | undefined;
  /** Of a PRIMARY KEY, which is only declared. */
  readonly isKey: boolean;
}

interface CatalogObject {
  readonly id: string;
  name: FullName;
  columns: readonly CatalogColumn[];
  comment: string;
  owner: string;
  readonly createdMs: number;
  /** Of TEMPORARY ones. */
  readonly session: string | undefined;
}

/** A file that was loaded into a table. */
export interface Load {
  readonly fingerprint: string;
  readonly loadedMs: number;
}

export interface Table extends CatalogObject {
  readonly kind: 'table';
  readonly lifetime: 'permanent' | 'transient' | 'temporary';
  /** The version that is committed. */
  version: string;
  /** COPY's memory, by path of the file. */
  readonly loads: Map<string, Load>;
  clusterBy: string;
  retentionDays: number;
}

export interface View extends CatalogObject {
  readonly kind: 'view';
  /** The query, in Snowflake's words. */
  readonly text: string;
  /** The whole statement. */
  readonly statement: string;
  readonly columnNames: readonly string[] | undefined;
  readonly isSecure: boolean;
}

export type Relation = Table | View;

export interface SchemaEntry {
  readonly name: string;
  comment: string;
  isTransient: boolean;
  /** Grants on what is in it are its owner's alone. */
  isManaged: boolean;
  /** Values of tags, by tag. */
  readonly tags: Map<string, string>;
  readonly createdMs: number;
  retentionDays: number;
  owner: string;
}

export interface DatabaseEntry extends SchemaEntry {
  readonly schemas: Map<string, SchemaEntry>;
}

/** Where names without database and schema are looked for. */
export interface Place {
  readonly database: string | null;
  readonly schema: string | null;
}

/** Databases, schemas, tables and views, by exact name. DDL changes it at once and for good. */
export class Catalog {
  readonly databases = new Map<string, DatabaseEntry>();
  private readonly relations = new Map<string, Relation>();
  /** Grows with every change; `changed` are objects that changed since somebody has taken them. */
  readonly changed = new Set<string>();
  private ids = 0;

  newId(): string {
    this.ids += 1;
    return `o${this.ids}`;
  }

  full(name: ObjectName, place: Place): FullName {
    const [third, second = place.schema, first = place.database] = name.toReversed();
    if (third === undefined) throw refused('syntax', 'an empty name');
    if (first === null) throw refused('noDatabase');
    if (second === null) throw refused('noSchema');
    return [first, second, third];
  }

  find(name: FullName, session: string): Relation | undefined {
    return this.relations.get(keyOf(name, session)) ?? this.relations.get(keyOf(name, undefined));
  }

  must(name: FullName, session: string): Relation {
    this.mustHaveSchema(name);
    const found = this.find(name, session);
    if (found === undefined) throw refused('missing', shown(name));
    return found;
  }

  mustTable(name: FullName, session: string): Table {
    const found = this.must(name, session);
    if (found.kind !== 'table')
      throw refused('missing', `${shown(name)}: Object found is of type 'VIEW', not specified type 'TABLE'`);
    return found;
  }

  mustView(name: FullName, session: string): View {
    const found = this.must(name, session);
    if (found.kind !== 'view')
      throw refused('missing', `${shown(name)}: Object found is of type 'TABLE', not specified type 'VIEW'`);
    return found;
  }

  put(relation: Relation): void {
    this.mustHaveSchema(relation.name);
    this.relations.set(keyOf(relation.name, relation.session), relation);
    this.changed.add(relation.id);
  }

  remove(relation: Relation): void {
    this.relations.delete(keyOf(relation.name, relation.session));
    this.changed.add(relation.id);
  }

  /** Under its new name, or with new columns. */
  touch(relation: Relation): void {
    this.changed.add(relation.id);
  }

  byId(id: string): Relation | undefined {
    return [...this.relations.values()].find((relation) => relation.id === id);
  }

  /** All relations that a session sees, in order of their names. */
  all(session?: string): Relation[] {
    return [...this.relations.values()]
      .filter((relation) => relation.session === undefined || relation.session === session)
      .toSorted((left, right) => (shown(left.name) < shown(right.name) ? -1 : 1));
  }

  within(database: string, schema: string | undefined, session?: string): Relation[] {
    return this.all(session).filter(
      ({ name }) => name[0] === database && (schema === undefined || name[1] === schema),
    );
  }

  mustDatabase(name: string): DatabaseEntry {
    const database = this.databases.get(name);
    if (database === undefined) throw refused('missingObject', `Database '${name}'`);
    return database;
  }

  mustSchema(database: string, name: string): SchemaEntry {
    const schema = this.mustDatabase(database).schemas.get(name);
    if (schema === undefined) throw refused('missingObject', `Schema '${database}.${name}'`);
    return schema;
  }

  private mustHaveSchema([database, schema]: FullName): void {
    const found = this.databases.get(database);
    if (found === undefined) throw refused('missing', `Database '${database}'`);
    if (!found.schemas.has(schema)) throw refused('missing', `Schema '${database}.${schema}'`);
  }
}

function keyOf(name: FullName, session: string | undefined): string {
  return JSON.stringify([...name, session ?? '']);
}

/** A name as messages show it. */
export function shown(name: readonly string[]): string {
  return `'${name.join('.')}'`;
}
