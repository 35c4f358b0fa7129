/** Statements as BI tools send them, again and again. */
export const statements: readonly string[] = [
  ...['channel', 'country', 'currency', 'category'].flatMap((split) => [
    `SELECT "${split}", MEASURE("gmv"), MEASURE("net_revenue") FROM "public"."finance" WHERE "currency" = 'EUR' GROUP BY 1 ORDER BY 2 DESC`,
    `SELECT DATE_TRUNC('month', "event_date") AS "month", "${split}", SUM("gmv") FROM "finance" WHERE "currency" = 'EUR' AND "event_date" >= '2025-07-01' AND "event_date" < '2026-07-01' GROUP BY 1, 2 ORDER BY 1, 2`,
    `SELECT SUM("q"."gmv") AS "s", "q"."${split}" FROM (SELECT * FROM "finance" WHERE "currency" = 'EUR') "q" GROUP BY "q"."${split}" LIMIT 1000`,
  ]),
  ...['channel', 'country', 'order_status'].flatMap((split) => [
    `SELECT "${split}", COUNT(*), MEASURE("cancellation_rate") FROM "operations" GROUP BY 1 HAVING COUNT(*) > 0`,
    `SELECT EXTRACT(YEAR FROM "order_date") AS "y", "${split}", MEASURE("orders") FROM "operations" GROUP BY 1, 2`,
  ]),
];

/** What a tool asks of a catalogue when it connects. */
export const introspection: readonly string[] = [
  'SELECT version()',
  'SELECT current_database(), current_schema()',
  `SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY 1`,
  `SELECT n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname = 'public' ORDER BY 2`,
  `SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema = 'public'`,
  `SELECT table_name, column_name, data_type, is_nullable, ordinal_position FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
  `SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum`,
  `SELECT t.oid, t.typname, t.typtype, t.typelem FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype IN ('b', 'e', 'd', 'r')`,
  `SELECT conname, contype FROM pg_catalog.pg_constraint WHERE connamespace = 'public'::regnamespace`,
  `SELECT indexrelid, indrelid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace`,
  `SELECT proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'`,
  `SELECT * FROM "public"."finance" LIMIT 0`,
];

/** A statement that was never planned before, of which the answer is there: only its text is new. */
export function variantOf(statement: string, number: number): string {
  return `${statement} /* ${number} */`;
}
