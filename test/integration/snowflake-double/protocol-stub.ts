import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SqlRefused } from '../../support/snowflake-double/contract.ts';
import type {
  Column,
  EngineOptions,
  EngineSession,
  Login,
  OpenEngine,
  Outcome,
  StatementRun,
  WireValue,
} from '../../support/snowflake-double/contract.ts';

/** What the stub saw. */
export interface StubSeen {
  readonly ran: StatementRun[];
  readonly logins: Login[];
  ended: number;
  closed: number;
}

/** An engine that knows a handful of words: enough to see what the protocol does with each kind of outcome. */
export function stubEngine(): { readonly open: OpenEngine; readonly seen: StubSeen } {
  const seen: StubSeen = { ran: [], logins: [], ended: 0, closed: 0 };
  const open: OpenEngine = async (options) => ({
    open: async (login) => {
      if (login.role === 'NOBODY') throw new SqlRefused('390189', '08001', `Role 'NOBODY' is not granted.`);
      seen.logins.push(login);
      return stubSession(options, login, seen);
    },
    admin: { query: async () => [] },
    close: async () => {
      seen.closed += 1;
    },
  });
  return { open, seen };
}

function stubSession(options: EngineOptions, login: Login, seen: StubSeen): EngineSession {
  const parameters = new Map(Object.entries(login.parameters));
  return {
    parameters,
    context: {
      role: login.role ?? 'PUBLIC',
      warehouse: login.warehouse ?? null,
      database: login.database ?? null,
      schema: login.schema ?? null,
    },
    run: async (statement) => {
      seen.ran.push(statement);
      const [word = '', ...rest] = statement.sql.replaceAll(/--.*\n/g, '').split(/\s+/);
      const act = words[word.toLowerCase()];
      if (act === undefined) throw new SqlRefused('001003', '42000', `unexpected '${word}'.`);
      return act({ rest, statement, options, parameters });
    },
    end: async () => {
      seen.ended += 1;
    },
  };
}

interface Act {
  readonly rest: readonly string[];
  readonly statement: StatementRun;
  readonly options: EngineOptions;
  readonly parameters: Map<string, string>;
}

const whole = (name: string): Column => ({ name, type: 'FIXED', precision: 38, scale: 0, nullable: false });
const text = (name: string): Column => ({ name, type: 'TEXT', nullable: true });

const words: Readonly<Record<string, (act: Act) => Outcome | Promise<Outcome>>> = {
  /** `select 5`: one row, one number. */
  select: ({ rest }) => rowsOf([whole('N')], [[rest[0] ?? null]]),
  /** `rows 5000`: that many, in batches. */
  rows: ({ rest }) => ({
    kind: 'rows',
    statementType: 'SELECT',
    columns: [whole('ID'), text('NAME')],
    rows: batches(Number(rest[0])),
  }),
  /** `echo ?, ?`: a row for each bind. */
  echo: ({ statement }) =>
    rowsOf(
      [text('TYPE'), text('VALUE')],
      statement.binds.map(({ type, value }) => [
        type,
        Array.isArray(value) ? JSON.stringify(value) : (value as WireValue),
      ]),
    ),
  tag: ({ statement }) => rowsOf([text('TAG')], [[statement.tag]]),
  /** `insert`: as many rows as its first bind has values. */
  insert: ({ statement }) => {
    const values = statement.binds[0]?.value;
    const count = Array.isArray(values) ? values.length : 1;
    return {
      kind: 'dml',
      statementType: 'INSERT',
      columns: [whole('number of rows inserted')],
      rows: [[String(count)]],
    };
  },
  /** `merge 2 3`. */
  merge: ({ rest }) => ({
    kind: 'dml',
    statementType: 'MERGE',
    columns: [whole('number of rows inserted'), whole('number of rows updated')],
    rows: [[rest[0] ?? '0', rest[1] ?? '0']],
  }),
  create: () => ({ kind: 'done', statementType: 'CREATE', message: 'Table T successfully created.' }),
  /** `set TIMEZONE UTC`: a session parameter. */
  set: ({ rest, parameters }) => {
    parameters.set(rest[0] ?? '', rest[1] ?? '');
    return { kind: 'done', statementType: 'ALTER_SESSION', message: 'Statement executed successfully.' };
  },
  /** `put file:///path @stage`. */
  put: async ({ rest, options }) => {
    const targetFolder = join(options.folder, 'stage');
    await mkdir(targetFolder, { recursive: true });
    const sources = [(rest[0] ?? '').replace('file://', '')];
    const compress = rest.includes('auto_compress=true');
    return {
      kind: 'put',
      sources,
      targetFolder,
      autoCompress: compress,
      sourceCompression: 'auto_detect',
      overwrite: true,
      parallel: 4,
    };
  },
  types: () =>
    rowsOf(
      typed.map(([column]) => column),
      [typed.map(([, value]) => value)],
    ),
  /** `wait 200`: milliseconds, or until it is ended. */
  wait: async ({ rest, statement }) => {
    await untilEnded(Number(rest[0]), statement.signal);
    return rowsOf([text('WAITED')], [[rest[0] ?? null]]);
  },
  missing: () => {
    throw new SqlRefused('002003', '42S02', "Object 'T' does not exist or not authorized.");
  },
  crash: () => {
    throw new Error('the stub is broken');
  },
};

const typed: readonly (readonly [Column, WireValue])[] = [
  [{ name: 'D', type: 'FIXED', precision: 12, scale: 2, nullable: true }, '1234567890.10'],
  [{ name: 'BIG', type: 'FIXED', precision: 38, scale: 0, nullable: true }, '12345678901234567890'],
  [{ name: 'R', type: 'REAL', nullable: true }, '1.5'],
  [{ name: 'DAY', type: 'DATE', nullable: true }, '20000'],
  [{ name: 'T', type: 'TIME', scale: 6, nullable: true }, '3661.250000'],
  [{ name: 'NTZ', type: 'TIMESTAMP_NTZ', nullable: true }, '1700000000.123456789'],
  [{ name: 'LTZ', type: 'TIMESTAMP_LTZ', scale: 3, nullable: true }, '1700000000.123000000'],
  [{ name: 'TZ', type: 'TIMESTAMP_TZ', scale: 6, nullable: true }, '1700000000.123456000 1500'],
  [{ name: 'OK', type: 'BOOLEAN', nullable: true }, '1'],
  [{ name: 'V', type: 'VARIANT', nullable: true }, '{"a":[1,null]}'],
  [{ name: 'B', type: 'BINARY', nullable: true }, 'CAFE'],
  [{ name: 'NOTHING', type: 'TEXT', nullable: true }, null],
];

function rowsOf(columns: readonly Column[], rows: readonly (readonly WireValue[])[]): Outcome {
  return { kind: 'rows', statementType: 'SELECT', columns, rows: once(rows) };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function* batches(count: number): AsyncGenerator<string[][]> {
  for (let from = 0; from < count; from += 1000) {
    const length = Math.min(1000, count - from);
    yield Array.from({ length }, (_, index) => [String(from + index), `name-${from + index}, "quoted"`]);
  }
}

async function untilEnded(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as SqlRefused);
    });
  });
}
