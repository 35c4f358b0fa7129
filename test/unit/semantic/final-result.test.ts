import { describe, expect, it } from 'vitest';
import { finalResult, finalResultMulti } from '../../../semantic/server/native-stand-in/final-result.ts';
import type { TransformData } from '../../../semantic/server/native-stand-in/result-columns.ts';

const annotation = {
  'finance.gmv': { type: 'number' },
  'finance.channel': { type: 'string' },
  'finance.event_date': { type: 'time' },
  'finance.event_date.day': { type: 'time' },
  'finance.event_date.month': { type: 'time' },
  'operations.orders': { type: 'number' },
  'operations.order_date.day': { type: 'time' },
};

const aliases = {
  finance__gmv: 'finance.gmv',
  finance__channel: 'finance.channel',
  finance__event_date_day: 'finance.event_date.day',
  finance__event_date_month: 'finance.event_date.month',
  operations__orders: 'operations.orders',
  operations__order_date_day: 'operations.order_date.day',
};

type Row = Readonly<Record<string, unknown>>;

function transform(overrides: Partial<TransformData>): TransformData {
  return { aliasToMemberNameMap: aliases, annotation, query: {}, ...overrides };
}

/** As Cube's ResultWrapper hands rows over: columns, and none at all when there is no row. */
function columnar(rows: readonly Row[]): Uint8Array {
  const members = Object.keys(rows[0] ?? {});
  const columns = members.map((member) => rows.map((row) => row[member]));
  return Buffer.from(JSON.stringify({ members, columns }));
}

function answer(data: TransformData, rows: readonly Row[]): unknown {
  const bytes = finalResult(data, columnar(rows), { query: data.query });
  return JSON.parse(Buffer.from(bytes).toString('utf8')).data;
}

const rows = [
  { finance__channel: 'web', finance__gmv: '201.10' },
  { finance__channel: null, finance__gmv: '0.00' },
];

it('a date that only filters is no column, in an answer without rows either', () => {
  const timeDimensions = [{ dimension: 'finance.order_date', dateRange: ['2026-01-01', '2026-01-31'] }];
  expect(answer(transform({ query: { measures: ['finance.gmv'], timeDimensions } }), [])).toEqual([]);
});

describe('response formats', () => {
  const query = { measures: ['finance.gmv'], dimensions: ['finance.channel'] };

  it.each([
    {
      resType: 'default' as const,
      expected: [
        { 'finance.channel': 'web', 'finance.gmv': '201.10' },
        { 'finance.channel': null, 'finance.gmv': '0.00' },
      ],
    },
    {
      resType: 'compact' as const,
      expected: {
        members: ['finance.channel', 'finance.gmv'],
        dataset: [
          ['web', '201.10'],
          [null, '0.00'],
        ],
      },
    },
    {
      resType: 'columnar' as const,
      expected: {
        members: ['finance.channel', 'finance.gmv'],
        columns: [
          ['web', null],
          ['201.10', '0.00'],
        ],
      },
    },
  ])('$resType', ({ resType, expected }) => {
    expect(answer(transform({ query, resType }), rows)).toEqual(expected);
  });

  it.each([
    { resType: 'default' as const, expected: [] },
    { resType: 'compact' as const, expected: { members: [], dataset: [] } },
    { resType: 'columnar' as const, expected: { members: [], columns: [] } },
  ])('$resType without rows', ({ resType, expected }) => {
    expect(answer(transform({ query, resType }), [])).toEqual(expected);
  });

  it('leaves out what is unknown, as the native module does', () => {
    const envelope = { query, total: null, usedPreAggregations: undefined, slowQuery: false };
    const bytes = finalResult(transform({ query }), columnar(rows), envelope);
    expect(Object.keys(JSON.parse(Buffer.from(bytes).toString('utf8')))).toEqual([
      'query',
      'slowQuery',
      'data',
    ]);
  });
});

describe('time dimensions', () => {
  const day = '2026-01-31T00:00:00.000Z';
  const month = '2026-01-01T00:00:00.000Z';

  it('appear without granularity too, at the finest one asked for', () => {
    const query = { timeDimensions: [{ dimension: 'finance.event_date', granularity: 'month' }] };
    const both = { finance__event_date_month: month, finance__event_date_day: day };
    expect(answer(transform({ query }), [both])).toEqual([
      {
        'finance.event_date.month': '2026-01-01T00:00:00.000',
        'finance.event_date.day': '2026-01-31T00:00:00.000',
        'finance.event_date': '2026-01-31T00:00:00.000',
      },
    ]);
  });

  it('do not override the dimension itself', () => {
    const query = { dimensions: ['finance.event_date'] };
    expect(answer(transform({ query }), [{ finance__event_date_day: day }])).toEqual([
      { 'finance.event_date.day': '2026-01-31T00:00:00.000' },
    ]);
  });

  it('name the range that a row belongs to when ranges are compared', () => {
    const query = {
      timeDimensions: [{ dimension: 'finance.event_date', dateRange: ['2026-01-01', '2026-01-31'] }],
    };
    const data = transform({ query, queryType: 'compareDateRangeQuery', resType: 'compact' });
    expect(answer(data, [{ finance__gmv: '1.00' }])).toEqual({
      members: ['finance.gmv', 'compareDateRange'],
      dataset: [['1.00', '2026-01-01 - 2026-01-31']],
    });
  });
});

describe('several queries in one request', () => {
  it('blending: every result gets the common time, and the pivot query all members', () => {
    const finance = {
      measures: ['finance.gmv'],
      timeDimensions: [{ dimension: 'finance.event_date', granularity: 'day' }],
    };
    const operations = {
      measures: ['operations.orders'],
      timeDimensions: [{ dimension: 'operations.order_date', granularity: 'day' }],
    };
    const day = '2026-01-31T00:00:00.000Z';
    const bytes = finalResultMulti(
      [
        transform({ query: finance, queryType: 'blendingQuery' }),
        transform({ query: operations, queryType: 'blendingQuery' }),
      ],
      [
        columnar([{ finance__event_date_day: day, finance__gmv: '1.00' }]),
        columnar([{ operations__order_date_day: day, operations__orders: '2' }]),
      ],
      { queryType: 'blendingQuery', results: [{ query: finance }, { query: operations }], slowQuery: false },
    );
    const response = JSON.parse(Buffer.from(bytes).toString('utf8'));
    expect(response.results.map((result: { data: Row[] }) => result.data[0]?.['time.day'])).toEqual([
      '2026-01-31T00:00:00.000',
      '2026-01-31T00:00:00.000',
    ]);
    expect(response.pivotQuery).toEqual({
      measures: ['finance.gmv', 'operations.orders'],
      dimensions: [],
      timeDimensions: [{ dimension: 'time', granularity: 'day' }],
      queryType: 'blendingQuery',
    });
  });

  it('compared ranges are pivoted by range first', () => {
    const query = {
      dimensions: ['finance.channel'],
      timeDimensions: [{ dimension: 'finance.event_date', dateRange: ['2026-01-01', '2026-01-31'] }],
    };
    const bytes = finalResultMulti(
      [transform({ query, queryType: 'compareDateRangeQuery' })],
      [columnar([{ finance__channel: 'web' }])],
      { queryType: 'compareDateRangeQuery', results: [{ query }], slowQuery: false },
    );
    const { pivotQuery } = JSON.parse(Buffer.from(bytes).toString('utf8'));
    expect(pivotQuery.dimensions).toEqual(['compareDateRange', 'finance.channel']);
  });
});

describe('members that are not public', () => {
  it('are refused with their name, as the client’s mistake', () => {
    const data = transform({ aliasToMemberNameMap: { secret: 'order_events.sale_minor' } });
    expect(() => answer(data, [{ secret: '1' }])).toThrow(
      expect.objectContaining({ code: 'SEMANTIC_MEMBER_HIDDEN', type: 'UserError' }),
    );
  });

  it('are refused also when there is no row to show', () => {
    const data = transform({ query: { measures: ['order_events.sale_minor'] } });
    expect(() => answer(data, [])).toThrow(/order_events\.sale_minor/);
  });
});
