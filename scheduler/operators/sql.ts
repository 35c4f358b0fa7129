import type { FunctionTask, TaskArgs } from '../authoring/task.ts';
import { operatorErrors } from './errors.ts';

/** A value of a cell; integers may be wide, decimals and times are text. */
export type SqlCell = string | number | bigint | boolean | null;
export type SqlRow = Readonly<Record<string, SqlCell>>;

/** Whatever can run a statement: a warehouse, or a database behind an adapter. */
export interface SqlClient {
  readonly query: (
    sql: string,
    params?: readonly SqlCell[],
    options?: { readonly signal?: AbortSignal },
  ) => Promise<readonly SqlRow[]>;
}

/** Where statements run, taken from the services when the task runs. */
export type SqlService<Services> = (services: Services) => SqlClient | Promise<SqlClient>;

/** Arguments of a SQL task. */
export interface SqlArgs<Services> extends TaskArgs {
  readonly service: SqlService<Services>;
  /** One statement, or several that run one after the other, each for itself. Values go into `parameters`. A template. */
  readonly sql: string | readonly string[];
  /** Given to every statement, by position. Texts are templates. */
  readonly parameters?: readonly SqlCell[];
}

/** What is rendered of a SQL task or sensor. */
export type SqlFields = {
  readonly sql: readonly string[];
  readonly parameters: readonly SqlCell[];
};

/** What ends so names a template file. */
export const sqlFiles = { sql: ['.sql'] } as const;

/** What the last statement returned, as far as a return value may hold it. */
export interface SqlOutput {
  /** Wide integers as text. */
  readonly rows: readonly Readonly<Record<string, Exclude<SqlCell, bigint>>>[];
  readonly rowCount: number;
  /** Rows were left out: there is more than a return value may hold. */
  readonly isTruncated: boolean;
}

/** With room for the rest of the return value, which may be 48 KB. */
const mostBytes = 40 * 1024;

/** Runs statements where `service` says and returns the rows of the last one. */
export function sql<Services>(args: SqlArgs<Services>): FunctionTask<Services, SqlOutput, SqlFields> {
  const { service, sql: text, parameters: given = [], ...task } = args;
  return {
    ...task,
    templates: { sql: [text].flat(), parameters: given },
    templateExt: sqlFiles,
    run: async ({ services, signal, logger }, { sql: statements, parameters }) => {
      const client = await service(services);
      let rows: readonly SqlRow[] = [];
      for (const [index, statement] of statements.entries()) {
        if (signal.aborted) {
          const message = `stopped before statement ${index + 1} of ${statements.length}`;
          throw operatorErrors.error('SQL_TASK_STOPPED', { message });
        }
        rows = await client.query(statement, parameters, { signal });
        logger.info(`statement ${index + 1} of ${statements.length}: ${rows.length} rows`);
      }
      const output = capRows(rows, mostBytes);
      if (output.isTruncated) logger.warn(`only the first ${output.rows.length} rows are returned`);
      return output;
    },
  };
}

/** The first rows whose JSON is no longer than that. */
export function capRows(rows: readonly SqlRow[], bytes: number): SqlOutput {
  const kept: SqlOutput['rows'][number][] = [];
  let used = 2;
  for (const row of rows) {
    const plain = plainRow(row);
    used += Buffer.byteLength(JSON.stringify(plain)) + 1;
    if (used > bytes) break;
    kept.push(plain);
  }
  return { rows: kept, rowCount: rows.length, isTruncated: kept.length < rows.length };
}

function plainRow(row: SqlRow): SqlOutput['rows'][number] {
  const cells = Object.entries(row);
  return Object.fromEntries(
    cells.map(([name, cell]) => [name, typeof cell === 'bigint' ? String(cell) : cell]),
  );
}
