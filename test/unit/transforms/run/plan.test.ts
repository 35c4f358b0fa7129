import { expect, test } from 'vitest';
import { planModel } from '../../../../transforms/engine/run/plan.ts';
import type { InputFacts, Refresh } from '../../../../transforms/engine/run/plan.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const input = makeModel('stg', { layer: 'staging', materialization: { kind: 'latest', uniqueKey: 'id' } });
const calendar = makeModel('cal');
const fact = makeModel('fct', {
  refs: ['stg', 'cal'],
  materialization: {
    kind: 'incremental',
    strategy: 'keys_touched',
    uniqueKey: 'k',
    touchKey: 't',
    touchedBy: { stg: 'id', cal: 'never' },
    pruneBy: undefined,
  },
});
const project = makeProject([input, calendar, fact]);

const built = { fingerprint: 'f1', rebuiltAtStep: 1n, changedAtStep: 5n };
const quiet: InputFacts = { changedAtStep: 5n, rebuiltAtStep: 1n, inRun: undefined };

function plan(change: {
  readonly state?: typeof built | undefined;
  readonly facts?: Partial<InputFacts>;
  readonly calendar?: Partial<InputFacts>;
  readonly consumed?: ReadonlyMap<string, bigint>;
  readonly refresh?: Refresh;
  readonly fingerprint?: string;
}): string {
  const result = planModel({
    project,
    model: fact,
    fingerprint: change.fingerprint ?? 'f1',
    state: 'state' in change ? change.state : built,
    consumed:
      change.consumed ??
      new Map([
        ['stg', 5n],
        ['cal', 5n],
      ]),
    facts: (name) => ({ ...quiet, ...(name === 'stg' ? change.facts : change.calendar) }),
    refresh: change.refresh,
  });
  return result.kind === 'full' ? `full: ${result.reason}` : result.kind;
}

test.each([
  ['nothing changed', {}, 'skip'],
  ['first build', { state: undefined }, 'full: first build'],
  ['full refresh', { refresh: 'must' as const }, 'full: full refresh asked for'],
  ['computed again', { refresh: 'may' as const }, 'full: computed again'],
  ['new definition', { fingerprint: 'f2' }, 'full: definition changed'],
  ['input changed', { facts: { changedAtStep: 6n } }, 'incremental'],
  ['input changed in this run', { facts: { inRun: 'incremental' as const } }, 'incremental'],
  ['input rebuilt since', { facts: { rebuiltAtStep: 6n, changedAtStep: 6n } }, 'full: stg was rebuilt'],
  ['input rebuilt in this run', { facts: { inRun: 'full' as const } }, 'full: stg was rebuilt'],
  [
    'input never consumed',
    { consumed: new Map<string, bigint>() },
    'full: what it has consumed of stg is not known',
  ],
  [
    'an input mapped never',
    { calendar: { changedAtStep: 9n, rebuiltAtStep: 9n, inRun: 'full' as const } },
    'skip',
  ],
])('%s', (_, change, expected) => {
  expect(plan(change)).toBe(expected);
});

const table = makeModel('agg', { refs: ['fct'] });
const appended = makeModel('app', {
  refs: ['fct'],
  materialization: { kind: 'incremental', strategy: 'append', uniqueKey: [] },
});
const kept = makeModel('kept', {
  refs: ['stg'],
  materialization: fact.materialization,
  config: { fullRefresh: false },
});
const log = makeModel('log', {
  refs: ['fct'],
  materialization: appended.materialization,
  config: { fullRefresh: false },
});
const always = makeModel('always', { refs: ['fct'], config: { fullRefresh: true } });
const others = makeProject([input, calendar, fact, table, appended, kept, log, always]);

test.each([
  ['a table, nothing changed', table, {}, {}, 'skip'],
  ['a table, input changed', table, { changedAtStep: 6n }, {}, 'full: fct changed'],
  ['a table, edited', table, {}, { fingerprint: 'f2' }, 'full: definition changed'],
  [
    'a table that keeps rows for a held-back mart',
    table,
    {},
    { isKeeping: true },
    'full: keeps rows that may go',
  ],
  ['append, nothing changed', appended, {}, {}, 'skip'],
  ['append, input rebuilt', appended, { inRun: 'full' as const }, {}, 'incremental'],
  ['append, edited', appended, {}, { fingerprint: 'f2' }, 'incremental'],
  ['append, full refresh', appended, {}, { refresh: 'must' as const }, 'full: full refresh asked for'],
  ['append, computed again', appended, {}, { refresh: 'may' as const }, 'full: computed again'],
  ['a log, computed again', log, {}, { refresh: 'may' as const }, 'skip'],
  [
    'a log, computed again, input changed',
    log,
    { changedAtStep: 6n },
    { refresh: 'may' as const },
    'incremental',
  ],
  ['a table that is always rebuilt', always, {}, {}, 'full: full refresh asked for'],
  ['keys from outside', fact, {}, { extraKeys: 'delta.keys' }, 'incremental'],
  ['never rebuilt, edited', kept, {}, { fingerprint: 'f2' }, 'skip'],
  ['never rebuilt, edited, input changed', kept, { changedAtStep: 6n }, { fingerprint: 'f2' }, 'incremental'],
])('%s', (_, model, change, more, expected) => {
  const result = planModel({
    project: others,
    model,
    fingerprint: 'f1',
    state: built,
    consumed: new Map(['stg', 'cal', 'fct'].map((name) => [name, 5n])),
    facts: () => ({ ...quiet, ...change }),
    ...more,
  });
  expect(result.kind === 'full' ? `full: ${result.reason}` : result.kind).toBe(expected);
});

test.each([
  ['because an input was', kept, { rebuiltAtStep: 6n }, {}, 'stg was rebuilt'],
  ['because it no longer knows what it consumed', kept, {}, { consumed: new Map() }, 'is not known'],
  ['because somebody says so', kept, {}, { refresh: 'must' as const }, 'a full refresh was asked for'],
  [
    'because somebody says so of a log',
    log,
    {},
    { refresh: 'must' as const },
    'a full refresh was asked for',
  ],
])('a model whose history cannot be made again is not rebuilt %s', (_, model, change, more, message) => {
  const planned = (): string =>
    planModel({
      project: others,
      model,
      fingerprint: 'f1',
      state: built,
      consumed: new Map([
        ['stg', 5n],
        ['fct', 5n],
      ]),
      facts: () => ({ ...quiet, ...change }),
      ...more,
    }).kind;
  expect(planned).toThrow(
    expect.objectContaining({
      code: 'TRANSFORM_FULL_REFRESH_FORBIDDEN',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
});
