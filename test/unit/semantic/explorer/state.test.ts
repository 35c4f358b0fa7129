import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grains } from '../../../../semantic/server/query-arguments.ts';
import { presets } from '../../../../semantic/explorer/period.ts';
import type { Period, Preset } from '../../../../semantic/explorer/period.ts';
import {
  chartKinds,
  queryOf,
  readState,
  startState,
  writeState,
} from '../../../../semantic/explorer/state.ts';
import type { ExplorerState } from '../../../../semantic/explorer/state.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const names = fc.uniqueArray(name, { maxLength: 4 });
const day = fc.constantFrom('2026-01-01', '2024-02-29', '1999-12-31');
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '=1+1', 'a&b=c#d', '<b>', 'ä,ö', '🜁'),
);
const values = fc.uniqueArray(value, { minLength: 1, maxLength: 3 });
const filter = fc.oneof(
  fc.record({
    name,
    operator: fc.constantFrom('equals' as const, 'notEquals' as const, 'contains' as const),
    values,
  }),
  fc.record({ name, operator: fc.constantFrom('set' as const, 'notSet' as const), values: fc.constant([]) }),
);
const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.record({
    kind: fc.constant('preset' as const),
    preset: fc.constantFrom(...(Object.keys(presets) as Preset[])),
  }),
  fc.record({ kind: fc.constant('own' as const), from: day, to: fc.option(day, { nil: undefined }) }),
);
const state: fc.Arbitrary<ExplorerState> = fc.record({
  metrics: names,
  by: names,
  grain: fc.option(fc.constantFrom(...grains), { nil: undefined }),
  period,
  filters: fc.uniqueArray(filter, { maxLength: 3, selector: ({ name, operator }) => `${operator} ${name}` }),
  segments: names,
  chart: fc.constantFrom(...chartKinds),
  sort: fc.option(fc.record({ column: name, isDescending: fc.boolean() }), { nil: undefined }),
});

describe('a link', () => {
  it('brings back all that was chosen', () => {
    fc.assert(
      fc.property(state, (chosen) => {
        expect(readState(`?${writeState(chosen)}`)).toEqual({ state: chosen, problems: [] });
      }),
    );
  });

  it('without anything is where one begins', () => {
    expect(readState('')).toEqual({ state: startState, problems: [] });
  });

  it('tells what of it could not be read, and goes on with the rest', () => {
    const { state: read, problems } = readState(
      '?m=gmv&grain=hour&days=yesterday&chart=pie&sort=a b&x.y=1&toString.z=1',
    );
    expect(read).toMatchObject({ metrics: ['gmv'], grain: undefined, period: { kind: 'all' }, filters: [] });
    expect(problems).toEqual(['grain=hour', 'days=yesterday', 'chart=pie', 'sort=a b']);
  });

  it('cannot ask for more than a person would', () => {
    const many = Array.from({ length: 500 }, (_, index) => `m=m${index}&is.d${index}=1`).join('&');
    const { state: read } = readState(`?${many}`);
    expect([read.metrics.length, read.filters.length]).toEqual([50, 50]);
  });
});

it.each([
  ['last_7_days', '2026-03-25', '2026-03-31'],
  ['last_30_days', '2026-03-02', '2026-03-31'],
  ['last_90_days', '2026-01-01', '2026-03-31'],
  ['last_12_months', '2025-04-01', '2026-03-31'],
  ['this_month', '2026-03-01', '2026-03-31'],
  ['last_month', '2026-02-01', '2026-02-28'],
  ['this_quarter', '2026-01-01', '2026-03-31'],
  ['last_quarter', '2025-10-01', '2025-12-31'],
  ['this_year', '2026-01-01', '2026-03-31'],
  ['last_year', '2025-01-01', '2025-12-31'],
] as const)('%s on 2026-03-31 is %s to %s', (preset, from, to) => {
  expect(queryOf({ ...startState, period: { kind: 'preset', preset } }, '2026-03-31')).toMatchObject({
    from,
    to,
  });
});
