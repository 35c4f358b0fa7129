import { quoteIdentifier } from '../../../warehouse/sql-text.ts';
import { Callable, Dict, HostObject, Undefined } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { bound, shownText } from '../../../lib/jinja/host.ts';

/** What stands under a name, in dbt's words. */
export type RelationType = 'table' | 'view' | 'cte' | 'external';

/** The parts of a relation's name; undefined where a template left one out or took it away. */
export interface RelationParts {
  readonly database: string | undefined;
  readonly schema: string | undefined;
  readonly identifier: string | undefined;
  readonly type?: RelationType | undefined;
}

/** What prints instead of the parts: the relation of a scope, or an inlined query. */
interface Printed {
  readonly text: string | undefined;
  readonly quoted: readonly (keyof RelationParts)[];
}

const levels = ['database', 'schema', 'identifier'] as const;
type Level = (typeof levels)[number];

/** A table or view as templates see it: equal by what it prints, so that it can be a dict key. */
export class Relation extends HostObject {
  override readonly typeName = 'Relation';
  override readonly isMapping = true;
  readonly parts: RelationParts;
  readonly #printed: Printed;

  constructor(parts: RelationParts, printed: Printed = { text: undefined, quoted: [] }) {
    super();
    this.parts = parts;
    this.#printed = printed;
  }

  override text(): string {
    if (this.#printed.text !== undefined) return this.#printed.text;
    return levels.flatMap((level) => this.#spell(level)).join('.');
  }

  #spell(level: Level): string[] {
    const name = this.parts[level];
    if (name === undefined) return [];
    return [this.#printed.quoted.includes(level) ? quoteIdentifier(name) : name];
  }

  override representation(): string {
    return `<Relation ${this.text()}>`;
  }
  override identity(): string {
    return `relation ${this.text()}`;
  }
  override truthy(): boolean {
    return true;
  }
  override length(): number {
    return levels.length;
  }
  override iterate(): Iterable<Value> {
    return [...levels, 'type', 'metadata'];
  }
  override contains(value: Value): boolean {
    return typeof value === 'string' && this.attribute(value) !== undefined;
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attribute(key) : undefined;
  }
  override attribute(name: string): Value | undefined {
    return Object.hasOwn(attributes, name) ? attributes[name]?.(this) : undefined;
  }

  /** Leaves levels out; what a scope printed as a whole is taken apart for it. */
  include(shown: ReadonlyMap<string, Value>): Relation {
    const parts = Object.fromEntries(
      levels.map((level) => [level, shown.get(level) === false ? undefined : this.parts[level]]),
    );
    return new Relation(
      {
        database: parts['database'],
        schema: parts['schema'],
        identifier: parts['identifier'],
        type: this.parts.type,
      },
      { text: undefined, quoted: this.#printed.quoted },
    );
  }

  quote(which: ReadonlyMap<string, Value>): Relation {
    const quoted = levels.filter((level) => which.get(level) !== false);
    return new Relation(this.parts, { text: undefined, quoted });
  }

  with(parts: Partial<RelationParts>): Relation {
    return new Relation({ ...this.parts, ...parts }, { text: undefined, quoted: this.#printed.quoted });
  }
}

const attributes: Readonly<Record<string, (self: Relation) => Value>> = {
  database: (self) => self.parts.database ?? null,
  schema: (self) => self.parts.schema ?? null,
  identifier: (self) => self.parts.identifier ?? null,
  name: (self) => self.parts.identifier ?? null,
  table: (self) => self.parts.identifier ?? null,
  type: (self) => self.parts.type ?? null,
  is_table: (self) => self.parts.type === 'table',
  is_view: (self) => self.parts.type === 'view',
  is_cte: (self) => self.parts.type === 'cte',
  is_hive_metastore: () => false,
  // dbt_utils tells relations by it.
  metadata: () => new Dict([['type', 'ShopwaveRelation']]),
  get: (self) =>
    bound(
      'get',
      ['key', 'default'],
      ([key, fallback]) => self.attribute(shownText(key)) ?? fallback ?? null,
    )[1],
  render: (self) => new Callable('render', () => self.text()),
  to_dict: (self) =>
    new Callable('to_dict', () => new Dict(levels.map((level) => [level, self.parts[level] ?? null]))),
  include: (self) => new Callable('include', ({ named }) => self.include(named)),
  quote: (self) => new Callable('quote', ({ named }) => self.quote(named)),
  without_identifier: (self) =>
    new Callable('without_identifier', () => self.with({ identifier: undefined })),
  incorporate: (self) => new Callable('incorporate', (args) => incorporated(self, args)),
  matches: (self) =>
    bound('matches', ['database', 'schema', 'identifier'], (wanted) =>
      levels.every((level, index) => {
        const value = wanted[index];
        return (
          value === undefined ||
          value === null ||
          shownText(value).toLowerCase() === self.parts[level]?.toLowerCase()
        );
      }),
    )[1],
};

function incorporated(self: Relation, { named }: CallArguments): Value {
  const path = named.get('path');
  const type = named.get('type');
  const changed = path instanceof Dict ? path.entries() : [];
  return self.with({
    ...Object.fromEntries(Array.from(changed, ([key, value]) => [shownText(key), shownText(value)])),
    ...(type === undefined ? {} : { type: relationType(type) }),
  });
}

/** A relation from what a scope prints for it: `marts.dim_date`, or a query in parentheses. */
export function relationOf(text: string, database: string, type: RelationType | undefined): Relation {
  const names = /^(?:([\w$]+)\.)?([\w$]+)\.([\w$]+)$/.exec(text);
  const parts = {
    database: names?.[1] ?? database,
    schema: names?.[2],
    identifier: names?.[3] ?? (names === null ? text : undefined),
    type,
  };
  return new Relation(parts, { text, quoted: [] });
}

/** `api.Relation.create(...)`. */
export function createRelation({ named, positional }: CallArguments): Value {
  const at = (name: string, index: number): string | undefined => {
    const value = named.get(name) ?? positional[index];
    return value === undefined || value === null || value instanceof Undefined ? undefined : shownText(value);
  };
  const type = named.get('type') ?? positional[3];
  return new Relation({
    database: at('database', 0),
    schema: at('schema', 1),
    identifier: at('identifier', 2),
    type: relationType(type),
  });
}

function relationType(value: Value | undefined): RelationType | undefined {
  return value === 'table' || value === 'view' || value === 'cte' || value === 'external' ? value : undefined;
}
