import { resultColumns } from './result-columns.ts';
import type {
  QueryType,
  RawColumns,
  ResponseFormat,
  ResultColumn,
  ShapedQuery,
  TransformData,
} from './result-columns.ts';

/** The response of one query without its data, as Cube prepares it. */
export interface ResultEnvelope {
  readonly query: ShapedQuery;
  readonly [property: string]: unknown;
}

/** The response of several queries without their data. */
export interface MultiEnvelope {
  readonly queryType: QueryType;
  readonly results: readonly ResultEnvelope[];
  readonly slowQuery: boolean;
}

type Dataset =
  | readonly Record<string, unknown>[]
  | { readonly members: readonly string[]; readonly dataset: readonly (readonly unknown[])[] }
  | { readonly members: readonly string[]; readonly columns: readonly (readonly unknown[])[] };

/** The JSON that `/load` sends. `rows` is the buffer that Cube's ResultWrapper makes: columns as JSON. */
export function finalResult(data: TransformData, rows: Uint8Array, envelope: ResultEnvelope): Uint8Array {
  return toBytes(withData(data, rows, envelope));
}

/** The JSON that `/load` sends for `queryType=multi`, with the query to pivot the union of all results by. */
export function finalResultMulti(
  data: readonly TransformData[],
  rows: readonly Uint8Array[],
  envelope: MultiEnvelope,
): Uint8Array {
  const results = envelope.results.map((each, index) => {
    const [transform, raw] = [data[index], rows[index]];
    if (transform === undefined || raw === undefined) throw new Error(`result ${index} has no data`);
    return withData(transform, raw, each);
  });
  const queries = envelope.results.map((each) => each.query);
  return toBytes({ ...envelope, results, pivotQuery: pivotQuery(envelope.queryType, queries) });
}

function withData(data: TransformData, rows: Uint8Array, envelope: ResultEnvelope): Record<string, unknown> {
  const raw: RawColumns = JSON.parse(Buffer.from(rows).toString('utf8'));
  const present = Object.entries(envelope).filter(([, value]) => value !== null && value !== undefined);
  return { ...Object.fromEntries(present), data: shape(data.resType ?? 'default', resultColumns(data, raw)) };
}

type Shape = (columns: readonly ResultColumn[], rowCount: number) => Dataset;

const shapes: Readonly<Record<ResponseFormat, Shape>> = {
  default: (columns, rowCount) =>
    fill(rowCount, (row) => Object.fromEntries(columns.map((column) => [column.member, column.values[row]]))),
  compact: (columns, rowCount) => ({
    members: membersOf(columns),
    dataset: fill(rowCount, (row) => columns.map((column) => column.values[row])),
  }),
  columnar: (columns) => ({
    members: membersOf(columns),
    columns: columns.map((column) => column.values),
  }),
};

/** The three response formats of Cube. */
function shape(format: ResponseFormat, columns: readonly ResultColumn[]): Dataset {
  return shapes[format](columns, columns[0]?.values.length ?? 0);
}

function membersOf(columns: readonly ResultColumn[]): string[] {
  return columns.map((column) => column.member);
}

function fill<T>(length: number, at: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => at(index));
}

/** What the union of several results is to be pivoted by. */
const pivots: Readonly<Record<QueryType, (first: ShapedQuery, all: readonly ShapedQuery[]) => object>> = {
  regularQuery: () => ({}),
  compareDateRangeQuery: (first) => ({ dimensions: ['compareDateRange', ...(first.dimensions ?? [])] }),
  blendingQuery: (first, all) => ({
    measures: [...new Set(all.flatMap((query) => query.measures ?? []))],
    dimensions: [...new Set(all.flatMap((query) => query.dimensions ?? []))],
    timeDimensions: [{ dimension: 'time', granularity: first.timeDimensions?.[0]?.granularity }],
  }),
};

function pivotQuery(queryType: QueryType, queries: readonly ShapedQuery[]): ShapedQuery {
  const [first = {}] = queries;
  return { ...first, ...pivots[queryType](first, queries), queryType };
}

function toBytes(response: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(response));
}
