import type { ChunkEntry, ChunkStore } from './chunks.ts';
import type { Column, EngineSession, Outcome, StatementType, WireValue } from './contract.ts';
import { wireParameters } from './parameters.ts';
import type { WireParameter } from './parameters.ts';
import { multiStatementTypeId, statementTypeIds } from './statement-types.ts';

/** A column as answers carry it. */
interface RowType {
  readonly name: string;
  readonly type: string;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly length: number | null;
  readonly nullable: boolean;
}

/** `data` of an answer that has rows. */
interface RowsData {
  readonly queryId: string;
  readonly parameters: readonly WireParameter[];
  readonly rowtype: readonly RowType[];
  readonly rowset: readonly (readonly WireValue[])[];
  readonly total: number;
  readonly returned: number;
  readonly chunks?: readonly ChunkEntry[];
  readonly qrmk?: string;
  readonly statementTypeId: number;
  readonly queryResultFormat: 'json';
  readonly version: 1;
  readonly [more: string]: unknown;
}

/** `data` of an answer after which the client copies files by itself. */
interface UploadData {
  readonly queryId: string;
  readonly command: 'UPLOAD';
  readonly src_locations: readonly string[];
  readonly stageInfo: { readonly locationType: 'LOCAL_FS'; readonly location: string };
  readonly [more: string]: unknown;
}

export type ResultData = RowsData | UploadData;

export interface ResultContext {
  readonly queryId: string;
  readonly session: EngineSession;
  readonly chunks: ChunkStore;
  readonly baseUrl: string;
  readonly signal: AbortSignal;
}

const statusColumns: readonly Column[] = [
  { name: 'status', type: 'TEXT', nullable: false, length: 16_777_216 },
];

/** What a statement brought as the client gets it. */
export async function resultOf(outcome: Outcome, context: ResultContext): Promise<ResultData> {
  if (outcome.kind === 'put') return uploadData(outcome, context);
  if (outcome.kind === 'done') {
    return rowsData(context, outcome.statementType, statusColumns, [[outcome.message]]);
  }
  if (outcome.kind === 'dml') {
    const stats = outcome.changed === undefined ? {} : { stats: { numRowsInserted: outcome.changed } };
    return { ...rowsData(context, outcome.statementType, outcome.columns, outcome.rows), ...stats };
  }
  const { inline, chunks, total } = await context.chunks.spill(outcome.rows, context.baseUrl, context.signal);
  const data = rowsData(context, outcome.statementType, outcome.columns, inline);
  if (chunks.length === 0) return data;
  return { ...data, total, returned: total, chunks, qrmk: context.chunks.key };
}

/** Of a request with several statements: where each of their results is. */
export function multiData(
  context: Pick<ResultContext, 'queryId' | 'session'>,
  children: readonly { readonly id: string; readonly data: ResultData }[],
): ResultData {
  const data = rowsData(context, 'OTHER', statusColumns, [['Multiple statements executed successfully.']]);
  return {
    ...data,
    statementTypeId: multiStatementTypeId,
    resultIds: children.map((each) => each.id).join(','),
    resultTypes: children.map((each) => each.data['statementTypeId']).join(','),
  };
}

function rowsData(
  { queryId, session }: Pick<ResultContext, 'queryId' | 'session'>,
  statementType: StatementType,
  columns: readonly Column[],
  rowset: readonly (readonly WireValue[])[],
): RowsData {
  const { role, warehouse, database, schema } = session.context;
  return {
    queryId,
    parameters: wireParameters(session.parameters),
    rowtype: columns.map(rowType),
    rowset,
    total: rowset.length,
    returned: rowset.length,
    statementTypeId: statementTypeIds[statementType],
    queryResultFormat: 'json',
    version: 1,
    finalRoleName: role,
    finalWarehouseName: warehouse,
    finalDatabaseName: database,
    finalSchemaName: schema,
    databaseProvider: null,
    numberOfBinds: 0,
    arrayBindSupported: true,
  };
}

const timed = new Set(['TIME', 'TIMESTAMP_NTZ', 'TIMESTAMP_LTZ', 'TIMESTAMP_TZ']);

function rowType({ name, type, precision, scale, nullable, length }: Column): RowType {
  const fixed = type === 'FIXED';
  return {
    name,
    type: type.toLowerCase(),
    precision: fixed ? (precision ?? 38) : timed.has(type) ? 0 : null,
    scale: fixed ? (scale ?? 0) : timed.has(type) ? (scale ?? 9) : null,
    length: length ?? (type === 'TEXT' ? 16_777_216 : null),
    nullable,
  };
}

function uploadData(
  outcome: Extract<Outcome, { readonly kind: 'put' }>,
  { queryId, session }: ResultContext,
): UploadData {
  return {
    queryId,
    command: 'UPLOAD',
    operation: 'Node',
    src_locations: outcome.sources,
    stageInfo: { locationType: 'LOCAL_FS', location: outcome.targetFolder },
    autoCompress: outcome.autoCompress,
    sourceCompression: outcome.sourceCompression,
    overwrite: outcome.overwrite,
    parallel: outcome.parallel,
    statementTypeId: 0x7100,
    parameters: wireParameters(session.parameters),
  };
}
