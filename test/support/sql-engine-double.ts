import type { Node } from 'libpg-query';
import type { Binding, Field, Prepared, Rows, SqlEngine, SqlVisit } from '../../semantic/sql/engine.ts';
import type { ParsedStatement } from '../../semantic/sql/parse.ts';
import { SqlError } from '../../semantic/sql/sql-error.ts';
import { dataRow, formatAt } from '../../semantic/sql/wire/backend-messages.ts';

/** Rows that the double gives; a value is a whole number or a text. */
type Value = number | string | null;
type Row = readonly Value[];

interface Answer {
  readonly fields: readonly Field[];
  readonly parameterTypes?: readonly number[];
  readonly rows: (binding: Binding) => Promise<Iterable<Row>> | Iterable<Row>;
  readonly notice?: string;
}

/** What a test can see of the double. */
export interface SqlEngineDouble extends SqlEngine {
  /** Visits with which statements were prepared, the last one at the end. */
  readonly visits: SqlVisit[];
  /** Signals of what was opened. */
  readonly signals: AbortSignal[];
  /** Answers that were opened and not closed or read to the end. */
  readonly open: () => number;
  /** Rows that were taken. */
  readonly taken: () => number;
  readonly prepares: () => number;
}

const int4 = 23;
const text = 25;
const batchRows = 1000;

function column(name: string, typeOid: number): Field {
  const typeSize = typeOid === int4 ? 4 : -1;
  return { name, tableOid: 0, columnNumber: 0, typeOid, typeSize, typeModifier: -1 };
}

/** An engine with a few fixed answers, which refuses what it does not know. */
export function createSqlEngineDouble(): SqlEngineDouble {
  const visits: SqlVisit[] = [];
  const signals: AbortSignal[] = [];
  let open = 0;
  let taken = 0;
  let prepares = 0;
  const prepare = async (statement: ParsedStatement, visit: SqlVisit): Promise<Prepared> => {
    prepares += 1;
    visits.push(visit);
    if (visits.length > 1000) visits.shift();
    const answer = await answerTo(statement, visit);
    return {
      parameterTypes: answer.parameterTypes ?? [],
      fields: answer.fields,
      explain: async () => ['Metric query', '  from: cache'],
      open: async (binding) => {
        if (signals.length < 1000) signals.push(binding.signal);
        const rows = await answer.rows(binding);
        open += 1;
        return reader(answer, rows, binding, {
          closed: () => void (open -= 1),
          took: (count) => void (taken += count),
        });
      },
    };
  };
  return {
    database: 'shop',
    visits,
    signals,
    open: () => open,
    taken: () => taken,
    prepares: () => prepares,
    prepare: (statement, _types, visit) => prepare(statement, visit),
    setting: async (name, value) => {
      if (!(name in defaults)) throw unknownSetting(name);
      if (value === 'wrong') throw new SqlError({ code: '22023', message: `invalid value for ${name}` });
      return value;
    },
    defaultSetting: async (name) => {
      const value = defaults[name];
      if (value === undefined) throw unknownSetting(name);
      return value;
    },
    close: async () => {},
  };
}

const defaults: Readonly<Record<string, string>> = {
  application_name: '',
  datestyle: 'ISO, MDY',
  extra_float_digits: '1',
  intervalstyle: 'postgres',
  search_path: '"$user", public',
  timezone: 'UTC',
};

function unknownSetting(name: string): SqlError {
  return new SqlError({ code: '42704', message: `unrecognized configuration parameter "${name}"` });
}

/** What lies on the way of COPY. */
const odd: readonly Row[] = [
  [1, 'plain'],
  [2, 'tab\tnew\nline\\'],
  [3, 'semi;colon,"quoted"'],
  [4, ''],
  [5, null],
];

type Make = (statement: ParsedStatement, visit: SqlVisit, found: RegExpExecArray) => Answer | Promise<Answer>;

const answers: ReadonlyArray<readonly [RegExp, Make]> = [
  [
    /^select i from numbers\((\d+)\)$/i,
    (_, __, [, count]) => ({ fields: [column('i', int4)], rows: () => numbers(Number(count)) }),
  ],
  [
    /^select \$1::int as a, \$2::text as b$/i,
    () => ({
      fields: [column('a', int4), column('b', text)],
      parameterTypes: [int4, text],
      rows: ({ parameters, parameterFormats }) => [
        [numberIn(parameters[0] ?? null, formatAt(parameterFormats, 0)), textIn(parameters[1] ?? null)],
      ],
    }),
  ],
  [/^select wait\(\)$/i, () => ({ fields: [column('wait', text)], rows: ({ signal }) => aborted(signal) })],
  [
    /^select deaf\(\)$/i,
    // Does not hear that nobody waits any more.
    () => ({ fields: [column('deaf', text)], rows: () => new Promise<Iterable<Row>>(() => {}) }),
  ],
  [
    /^select who\(\)$/i,
    (_, visit) => ({
      fields: ['name', 'tag', 'grants', 'settings'].map((name) => column(name, text)),
      rows: () => [
        [
          visit.caller.name,
          visit.tag ?? null,
          JSON.stringify(visit.caller.grants),
          JSON.stringify(Object.fromEntries(visit.settings)),
        ],
      ],
    }),
  ],
  [
    /^select acting\('(\w+)'\)$/i,
    async (_, visit, [, name = '']) => {
      const caller = await visit.actFor(name);
      return { fields: [column('acting', text)], rows: () => [[caller.name]] };
    },
  ],
  [/^select noticed\(\)$/i, () => ({ fields: [column('a', int4)], rows: () => [[1]], notice: 'as of now' })],
  [/^select (?:\*|"?i"?, "?t"?) from "?odd"?$/i, () => ({ fields: oddFields, rows: () => odd })],
  [
    /^select nope/i,
    () => {
      throw new SqlError({ code: '42703', message: 'column "nope" does not exist', position: 8 });
    },
  ],
  [
    /^select broken\(\)$/i,
    () => ({
      fields: [column('i', int4)],
      rows: function* () {
        yield* numbers(1500);
        throw new SqlError({ code: '58000', message: 'the warehouse is away' });
      },
    }),
  ],
];

const oddFields = [column('i', int4), column('t', text)];

async function answerTo(statement: ParsedStatement, visit: SqlVisit): Promise<Answer> {
  for (const [shape, make] of answers) {
    const found = shape.exec(statement.text.trim());
    if (found !== null) return make(statement, visit, found);
  }
  const values = constants(statement.node);
  if (values === undefined)
    throw new SqlError({ code: '0A000', message: `the double does not know: ${statement.text}` });
  return {
    fields: values.map((value) => column('?column?', typeof value === 'number' ? int4 : text)),
    rows: () => [values],
  };
}

/** The values of a query for nothing but constants. */
function constants(node: Node): Value[] | undefined {
  if (!('SelectStmt' in node)) return undefined;
  const targets = node.SelectStmt.targetList ?? [];
  const values = targets.map((target) => {
    const value = 'ResTarget' in target ? target.ResTarget.val : undefined;
    const constant = value !== undefined && 'TypeCast' in value ? value.TypeCast.arg : value;
    if (constant === undefined || !('A_Const' in constant)) return undefined;
    const { ival, sval, isnull } = constant.A_Const;
    if (isnull === true) return null;
    return ival === undefined ? sval?.sval : (ival.ival ?? 0);
  });
  return values.some((value) => value === undefined) ? undefined : (values as Value[]);
}

function* numbers(count: number): Iterable<Row> {
  for (let i = 1; i <= count; i++) yield [i];
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

interface Watch {
  readonly closed: () => void;
  readonly took: (rows: number) => void;
}

function reader(
  { fields, notice }: Answer,
  rows: Iterable<Row>,
  { resultFormats }: Binding,
  watch: Watch,
): Rows {
  const iterator = rows[Symbol.iterator]();
  let next = iterator.next();
  let isOpen = true;
  const close = (): void => {
    if (isOpen) watch.closed();
    isOpen = false;
  };
  return {
    notice,
    close,
    take: async (most = batchRows) => {
      const parts: Buffer[] = [];
      while (next.done !== true && parts.length < Math.min(most, batchRows)) {
        parts.push(
          dataRow(
            next.value.map((value, index) =>
              encode(value, fields[index]?.typeOid ?? text, formatAt(resultFormats, index) === 'binary'),
            ),
          ),
        );
        next = iterator.next();
      }
      watch.took(parts.length);
      if (next.done === true) close();
      return { bytes: Buffer.concat(parts), rows: parts.length, isEnd: next.done === true };
    },
  };
}

function encode(value: Value, typeOid: number, isBinary: boolean): Buffer | null {
  if (value === null) return null;
  if (!isBinary || typeOid !== int4) return Buffer.from(String(value));
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Number(value));
  return bytes;
}

function numberIn(value: Buffer | null, format: 'text' | 'binary'): number | null {
  if (value === null) return null;
  return format === 'binary' ? value.readInt32BE() : Number(value.toString());
}

function textIn(value: Buffer | null): string | null {
  return value === null ? null : value.toString();
}
