import { grains } from '../server/query-arguments.ts';
import type { Filter, Grain } from '../server/query-arguments.ts';
import type { MetricQuery } from '../server/metric-query.ts';
import { daysOf, isPreset } from './period.ts';
import type { Period } from './period.ts';

export const chartKinds = ['auto', 'line', 'bars', 'none'] as const;
export type ChartKind = (typeof chartKinds)[number];

export interface Sort {
  readonly column: string;
  readonly isDescending: boolean;
}

/** All that a link to the page says. */
export interface ExplorerState {
  readonly metrics: readonly string[];
  readonly by: readonly string[];
  readonly grain: Grain | undefined;
  readonly period: Period;
  readonly filters: readonly Filter[];
  readonly segments: readonly string[];
  readonly chart: ChartKind;
  readonly sort: Sort | undefined;
}

/** What a page opened without a link begins with. */
export const startState: ExplorerState = {
  metrics: [],
  by: [],
  grain: 'month',
  period: { kind: 'preset', preset: 'last_12_months' },
  filters: [],
  segments: [],
  chart: 'auto',
  sort: undefined,
};

/** A state read from a link, and what of the link could not be read. */
export interface ReadState {
  readonly state: ExplorerState;
  readonly problems: readonly string[];
}

const prefixes: Readonly<Record<string, Filter['operator']>> = {
  is: 'equals',
  not: 'notEquals',
  has: 'contains',
  filled: 'set',
  empty: 'notSet',
};
const prefixOf = new Map(Object.entries(prefixes).map(([prefix, operator]) => [operator, prefix]));

/** More in one link than a person would pick was made by a mistake. */
const mostOfOne = 50;

/** Reads the part of an address after the question mark. What is wrong is left out, and told. */
export function readState(search: string): ReadState {
  const params = new URLSearchParams(search);
  if ([...params].length === 0) return { state: startState, problems: [] };
  const problems: string[] = [];
  const one = <T>(name: string, parse: (text: string) => T | undefined, otherwise: T): T => {
    const text = params.get(name);
    if (text === null) return otherwise;
    const parsed = parse(text);
    if (parsed === undefined) problems.push(`${name}=${text.slice(0, 40)}`);
    return parsed ?? otherwise;
  };
  const many = (name: string): string[] =>
    [...new Set(params.getAll(name))].filter((text) => text !== '').slice(0, mostOfOne);
  const state: ExplorerState = {
    metrics: many('m'),
    by: many('by'),
    grain: one<Grain | undefined>('grain', (text) => grains.find((grain) => grain === text), undefined),
    period: one<Period>('days', parsePeriod, { kind: 'all' }),
    filters: readFilters(params),
    segments: many('segment'),
    chart: one<ChartKind>('chart', (text) => chartKinds.find((kind) => kind === text), 'auto'),
    sort: one<Sort | undefined>('sort', parseSort, undefined),
  };
  return { state, problems };
}

/** What {@link readState} reads back. */
export function writeState(state: ExplorerState): string {
  const params = new URLSearchParams();
  const add = (name: string, values: readonly string[]): void => {
    for (const value of values) params.append(name, value);
  };
  add('m', state.metrics);
  add('by', state.by);
  add('grain', state.grain === undefined ? [] : [state.grain]);
  add('days', [periodText(state.period)]);
  for (const { operator, name, values } of state.filters) {
    add(`${prefixOf.get(operator) ?? 'is'}.${name}`, values.length === 0 ? [''] : values);
  }
  add('segment', state.segments);
  add('chart', state.chart === 'auto' ? [] : [state.chart]);
  add('sort', state.sort === undefined ? [] : [`${state.sort.isDescending ? '-' : ''}${state.sort.column}`]);
  return params.toString();
}

/** The numbers that a state asks for. */
export function queryOf(state: ExplorerState, today: string): MetricQuery {
  const { metrics, by, grain, filters, segments } = state;
  return { metrics, by, grain, where: filters, segments, ...daysOf(state.period, today) };
}

function readFilters(params: URLSearchParams): Filter[] {
  const found: Filter[] = [];
  for (const [key, value] of params) {
    const [, prefix = '', name = ''] = /^([a-z]+)\.([\w.]+)$/.exec(key) ?? [];
    const operator = Object.hasOwn(prefixes, prefix) ? prefixes[prefix] : undefined;
    if (operator === undefined) continue;
    const isUnary = operator === 'set' || operator === 'notSet';
    found.push({ name, operator, values: isUnary ? [] : [value] });
  }
  return mergedFilters(found).slice(0, mostOfOne);
}

/** One filter for each dimension and operator, as a link has it: any of its values, or with a negation none of them. */
export function mergedFilters(filters: readonly Filter[]): Filter[] {
  const merged = new Map<string, Filter>();
  for (const { name, operator, values } of filters) {
    const key = `${operator} ${name}`;
    merged.set(key, {
      name,
      operator,
      values: [...new Set([...(merged.get(key)?.values ?? []), ...values])],
    });
  }
  return [...merged.values()];
}

function parsePeriod(text: string): Period | undefined {
  if (text === 'all') return { kind: 'all' };
  if (isPreset(text)) return { kind: 'preset', preset: text };
  const [, from = '', to = ''] = /^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/.exec(text) ?? [];
  if (from === '' && to === '') return undefined;
  return { kind: 'own', from: from || undefined, to: to || undefined };
}

function periodText(period: Period): string {
  if (period.kind === 'all') return 'all';
  if (period.kind === 'preset') return period.preset;
  if (period.from === undefined && period.to === undefined) return 'all';
  return `${period.from ?? ''}..${period.to ?? ''}`;
}

function parseSort(text: string): Sort | undefined {
  const [, minus, column] = /^(-?)([\w.]+)$/.exec(text) ?? [];
  return column === undefined ? undefined : { column, isDescending: minus === '-' };
}
