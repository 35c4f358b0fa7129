import type { Column, Relation, Relations } from '../relations/relation.ts';

/** Who owns the catalogue; nobody can connect as it. */
export const owner = 'shopwave_owner';
/** The role that is given the name of whoever asks. */
export const firstRole = 'shopwave_guest';
export const databaseName = 'shopwave';
/** What a session's number is kept in. */
export const processSetting = 'shopwave.process_id';

/**
 * What makes an empty cluster the catalogue of what somebody may see: the relations with types and comments, MEASURE as
 * an aggregate, so that PostgreSQL itself checks and types statements with it, and one role. What is hidden is not in it.
 */
export function schemaScript(relations: Relations): string {
  return [
    `update pg_database set datname = ${literal(databaseName)} where datname = current_database()`,
    `update pg_authid set rolname = ${literal(owner)} where rolname = current_user`,
    `create role ${firstRole} login`,
    `revoke temporary, create on database ${databaseName} from public`,
    ...functions,
    ...[...relations.values()].flatMap(relationScript),
    `grant select on all tables in schema public to ${firstRole}`,
  ].join(';\n');
}

/** What a build of PostgreSQL would tell of itself, and what is of a session. */
const functions: readonly string[] = [
  `create or replace function pg_catalog.version() returns text language sql stable
   as $$ select 'PostgreSQL ' || split_part(current_setting('server_version'), ' ', 1) || ' (ShopWave ELT)' $$`,
  `create or replace function pg_catalog.pg_backend_pid() returns integer language sql stable
   as $$ select coalesce(nullif(current_setting('${processSetting}', true), ''), '0')::integer $$`,
  `create function pg_catalog.measure_step(anyelement, anyelement) returns anyelement language sql immutable
   as $$ select $1 $$`,
  `create aggregate pg_catalog.measure(anyelement) (sfunc = pg_catalog.measure_step, stype = anyelement)`,
  // Sums amounts of one currency. The state is the sum and the currency of what is not 0; plpgsql, since only it can
  // refuse.
  `create function pg_catalog.one_currency_step(state text[], amount numeric, currency text) returns text[]
   language plpgsql immutable as $$
   begin
     if amount is null then return state; end if;
     if amount = 0 then return coalesce(state, array[amount::text, null]); end if;
     if state[2] <> coalesce(currency, 'none') then
       raise exception using errcode = '22000',
         message = format('mixed currencies: %s and %s', state[2], coalesce(currency, 'none')),
         hint = 'Group by currency as well, or filter to one currency.';
     end if;
     return array[(coalesce(state[1]::numeric, 0) + amount)::text, coalesce(currency, 'none')];
   end $$`,
  `create function pg_catalog.one_currency_sum_of(state text[]) returns numeric language sql immutable
   as $$ select state[1]::numeric $$`,
  `create aggregate pg_catalog.one_currency_sum(numeric, text)
   (sfunc = pg_catalog.one_currency_step, stype = text[], finalfunc = pg_catalog.one_currency_sum_of)`,
];

function relationScript({ name, comment, columns }: Relation): string[] {
  const shown = [...columns.values()];
  const list = shown.map((column) => `null::${column.type} as ${identifier(column.name)}`).join(', ');
  const relation = `public.${identifier(name)}`;
  return [
    `create view ${relation} as select ${list} where false`,
    `comment on view ${relation} is ${literal(comment)}`,
    ...shown.map((column) => columnComment(relation, column)),
  ];
}

function columnComment(relation: string, { name, comment }: Column): string {
  return `comment on column ${relation}.${identifier(name)} is ${literal(comment)}`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
