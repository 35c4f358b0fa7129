import { semanticErrors } from '../../errors.ts';
import { toCubeTime } from './time-text.ts';

/** The parts of a normalized Cube query that shape its result. */
export interface ShapedQuery {
  readonly measures?: readonly MemberReference[] | null;
  readonly dimensions?: readonly MemberReference[] | null;
  readonly timeDimensions?: readonly TimeDimension[] | null;
  readonly [property: string]: unknown;
}

type MemberReference = string | { readonly name: string };

interface TimeDimension {
  readonly dimension: string;
  readonly granularity?: string | null;
  readonly dateRange?: readonly string[] | null;
}

export type ResponseFormat = 'default' | 'compact' | 'columnar';

export type QueryType = 'regularQuery' | 'compareDateRangeQuery' | 'blendingQuery';

/** How the warehouse's columns become the members the client asked for. */
export interface TransformData {
  /** SQL alias to member, such as `finance__gmv` to `finance.gmv`. */
  readonly aliasToMemberNameMap: Readonly<Record<string, string>>;
  /** Public members of the query only: one that is missing here is hidden. */
  readonly annotation: Readonly<Record<string, { readonly type?: string }>>;
  readonly query: ShapedQuery;
  readonly queryType?: QueryType;
  readonly resType?: ResponseFormat;
}

/** The warehouse's answer, by column; no columns at all when it has no rows. */
export interface RawColumns {
  readonly members: readonly string[];
  readonly columns: readonly (readonly unknown[])[];
}

/** One column of the answer. */
export interface ResultColumn {
  readonly member: string;
  readonly values: readonly unknown[];
}

// Of several granularities of one time dimension the finest names the bare dimension.
const fineness = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];

/**
 * Columns of the answer in their order: as selected, then bare time dimensions, then what the kind of query adds.
 * Throws SEMANTIC_MEMBER_HIDDEN for a member that is not public.
 */
export function resultColumns(data: TransformData, raw: RawColumns): ResultColumn[] {
  if (raw.members.length === 0) {
    for (const member of requestedMembers(data.query)) checkVisible(data, member);
    return [];
  }
  const selected = raw.members.map((alias, index) => selectedColumn(data, alias, raw.columns[index] ?? []));
  const columns = [...selected, ...bareTimeColumns(data.query, selected)];
  const added = addedColumns[data.queryType ?? 'regularQuery'];
  return [...columns, ...added(data.query.timeDimensions?.[0], columns)];
}

function selectedColumn(data: TransformData, alias: string, values: readonly unknown[]): ResultColumn {
  const member = data.aliasToMemberNameMap[alias];
  if (member === undefined) throw new Error(`Member name not found for alias: '${alias}'`);
  checkVisible(data, member);
  const isTime = data.annotation[member]?.type === 'time';
  return { member, values: isTime ? values.map(toCubeTime) : values };
}

/** Deprecated but promised by Cube: `orders.date.day` is also there as `orders.date`, unless that was asked for. */
function bareTimeColumns(query: ShapedQuery, selected: readonly ResultColumn[]): ResultColumn[] {
  const finest = new Map<string, { rank: number; values: readonly unknown[] }>();
  const asked = new Set(memberNames(query.dimensions));
  for (const { member, values } of selected) {
    const [cube, name, granularity] = member.split('.');
    const bare = `${cube}.${name}`;
    if (granularity === undefined || asked.has(bare)) continue;
    const known = fineness.indexOf(granularity);
    const rank = known < 0 ? fineness.length : known;
    if (rank <= (finest.get(bare)?.rank ?? Infinity)) finest.set(bare, { rank, values });
  }
  return [...finest].map(([member, { values }]) => ({ member, values }));
}

type AddedColumns = (time: TimeDimension | undefined, columns: readonly ResultColumn[]) => ResultColumn[];

/** What each kind of query adds, so that the rows of its several results can be told apart or joined. */
const addedColumns: Readonly<Record<QueryType, AddedColumns>> = {
  regularQuery: () => [],
  compareDateRangeQuery: (time, columns) => {
    const [from, to] = time?.dateRange ?? [];
    if (from === undefined || to === undefined) throw new Error('a date range to compare needs two dates');
    const values = (columns[0]?.values ?? []).map(() => `${from} - ${to}`);
    return [{ member: 'compareDateRange', values }];
  },
  blendingQuery: (time, columns) => {
    const granularity = time?.granularity;
    if (typeof granularity !== 'string') throw new Error('a blending query needs one granularity');
    const source = columns.find((column) => column.member === `${time?.dimension}.${granularity}`);
    return source === undefined ? [] : [{ member: `time.${granularity}`, values: source.values }];
  },
};

function checkVisible(data: TransformData, member: string): void {
  if (Object.hasOwn(data.annotation, member)) return;
  const error = semanticErrors.error('SEMANTIC_MEMBER_HIDDEN', {
    message: `You requested hidden member: '${member}'. Only members of public views can be queried.`,
  });
  // Cube answers 400 to what it takes for its own kind of user error, else 500.
  throw Object.assign(error, { type: 'UserError' });
}

function requestedMembers(query: ShapedQuery): string[] {
  // One without a granularity is a filter, no column.
  const times = (query.timeDimensions ?? [])
    .filter(({ granularity }) => typeof granularity === 'string')
    .map((time) => time.dimension);
  return [...memberNames(query.measures), ...memberNames(query.dimensions), ...times];
}

function memberNames(members: readonly MemberReference[] | null | undefined): string[] {
  return (members ?? []).map((member) => (typeof member === 'string' ? member : member.name));
}
