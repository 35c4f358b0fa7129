import { expect, test } from 'vitest';
import { ShopwaveError } from '../../../../lib/errors.ts';
import type { SelectRequest } from '../../../../transforms/engine/select/context.ts';
import { selectModels, selectNodes } from '../../../../transforms/engine/select/select.ts';
import { parseSelectors } from '../../../../transforms/engine/select/selectors-file.ts';
import { makeModel, makeProject } from '../../../support/project-parts.ts';

const project = makeProject([
  makeModel('stg_orders', { layer: 'staging', config: { tags: ['hourly'], group: 'finance' } }),
  makeModel('fct_orders', { refs: ['stg_orders'] }),
]);

function failure(request: SelectRequest): string {
  return failureOf(() => selectNodes(project, request));
}

function failureOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ShopwaveError) return `${error.code} at ${error.where}: ${error.message}`;
    throw error;
  }
  return 'nothing failed';
}

test.each([
  ['', 'SELECT_SYNTAX at --select, column 1: an empty selector'],
  ['  ', 'SELECT_SYNTAX at --select, column 1: an empty selector in `  `'],
  ['fct_orders,', 'SELECT_SYNTAX at --select, column 12: nothing stands here'],
  ['fct_orders stg_orders,,tag:hourly', 'SELECT_SYNTAX at --select, column 23: nothing stands here'],
  ['+', 'SELECT_SYNTAX at --select, column 1: a name is missing in `+`'],
  ['fct_orders tag:', 'SELECT_SYNTAX at --select, column 12: a name is missing in `tag:`'],
  [
    '@fct_orders+',
    'SELECT_SYNTAX at --select, column 1: `@` already means the descendants: it does not go with a `+` behind in `@fct_orders+`',
  ],
  [
    '+tga:hourly',
    'SELECT_UNKNOWN_METHOD at --select, column 2: tga is not a selector method; did you mean tag?',
  ],
  [
    'fct_orders config:x',
    'SELECT_SYNTAX at --select, column 12: config needs the name of a setting, as in `config.materialized:table` in `config:x`',
  ],
  [
    'source:a.b.c.d',
    'SELECT_SYNTAX at --select, column 1: `source:a.b.c.d` has too many dots: source takes a source, a source and a table, or a project before both',
  ],
  [
    '+fct_ordres',
    'SELECT_NO_MATCH at --select, column 1: `+fct_ordres` matches nothing; did you mean fct_orders?',
  ],
  ['tag:hourli', 'SELECT_NO_MATCH at --select, column 1: `tag:hourli` matches nothing; did you mean hourly?'],
  [
    'group:finanze',
    'SELECT_NO_MATCH at --select, column 1: `group:finanze` matches nothing; did you mean finance?',
  ],
  [
    'resource_type:modle',
    'SELECT_UNKNOWN_VALUE at --select, column 1: resource_type has no modle; did you mean model?',
  ],
  [
    'version:newest',
    'SELECT_UNKNOWN_VALUE at --select, column 1: version has no newest; there are latest, prerelease, old, none',
  ],
  [
    'state:modified',
    'SELECT_STATE_MISSING at --select, column 1: `state:modified` needs the manifest.json of an earlier state',
  ],
  [
    'result:error',
    'SELECT_STATE_MISSING at --select, column 1: `result:error` needs the run_results.json of an earlier run',
  ],
  [
    'source_status:fresher',
    'SELECT_STATE_MISSING at --select, column 1: `source_status:fresher` needs the sources.json of an earlier freshness check',
  ],
])('%j: what, and where', (select, message) => {
  expect(failure({ select: [select] })).toBe(message);
});

test('the argument is named where there are several, and --exclude too', () => {
  expect(failure({ select: ['fct_orders', 'stg_orders tg:x'] })).toContain('--select, argument 2, column 12');
  expect(failure({ exclude: ['fct_ordres'] })).toContain('--exclude, column 1');
});

test('a pattern, a setting or a kind that matches nothing is an empty answer', () => {
  for (const select of [
    'dim_*',
    'config.materialized:view',
    'resource_type:seed',
    'tag:x*',
    'access:private',
  ]) {
    expect(selectModels(project, { select: [select] })).toEqual([]);
  }
});

test('a path is taken from inside the project and from above it', () => {
  expect(selectModels(project, { select: ['models/marts'] })).toEqual(['fct_orders']);
  expect(selectModels(project, { select: ['transforms/models/marts'] })).toEqual(['fct_orders']);
  expect(selectModels(project, { select: ['./transforms/models/*/stg_orders.sql+'] })).toEqual([
    'stg_orders',
    'fct_orders',
  ]);
});

test('`name:` is the name alone, whatever the folders', () => {
  expect(selectModels(project, { select: ['name:fct_orders'] })).toEqual(['fct_orders']);
  expect(failure({ select: ['name:marts'] })).toContain('SELECT_NO_MATCH');
});

const selectors = parseSelectors(
  'selectors.yml',
  `selectors:
  - name: marts
    definition: fct_orders
    default: true
  - name: hourly
    description: what changes each hour
    definition: {union: ['tag:hourly', {exclude: [stg_orders]}]}
`,
);

test('the default selector stands for a command without --select, and any --select for it', () => {
  const context = { selectors };
  expect(selectModels(project, { context })).toEqual(['fct_orders']);
  expect(selectModels(project, { select: ['stg_orders'], context })).toEqual(['stg_orders']);
  expect(selectModels(project, { selector: 'hourly', context })).toEqual([]);
  expect(selectors.get('hourly')?.description).toBe('what changes each hour');
  expect(failure({ selector: 'hourli', context })).toBe(
    'SELECT_NO_MATCH at --selector: there is no selector hourli; did you mean hourly?',
  );
  expect(failure({ selector: 'hourly', select: ['stg_orders'], context })).toContain(
    'SELECT_SYNTAX at --selector',
  );
});

test.each([
  ['[{name: a, definition: "tag:x,tag:y"}]', '1:35', 'more than one criterion'],
  ['[{name: a, definition: {method: tga, value: x}}]', '1:35', 'did you mean tag?'],
  ['[{name: a, definition: {method: tag}}]', '1:35', 'value'],
  ['[{name: a, definition: {union: [x], intersection: [y]}}]', '1:35', 'union stands alone'],
  ['[{name: a, definition: {union: []}}]', '1:43', 'union takes a list'],
  ['[{name: a, definition: {union: [x, {exclude: [y]}, {exclude: [z]}]}}]', '1:43', 'takes one exclude'],
  ['[{name: a, definition: {method: selector, value: b}}]', '1:35', 'no selector b above'],
  ['[{name: a, definition: x}, {name: a, definition: y}]', '1:39', 'another selector a'],
  [
    '[{name: a, default: true, definition: x}, {name: b, default: true, definition: y}]',
    '1:54',
    'both the default',
  ],
  ['[{name: a, definition: {method: tag, value: x, parent: true}}]', '1:35', 'parent'],
  ['[{name: a, definition: [x]}]', '1:35', 'a definition is'],
  ['[{name: a', '1', ''],
])('selectors: %s', (text, place, message) => {
  const failed = failureOf(() => parseSelectors('selectors.yml', `selectors: ${text}`));
  expect(failed).toMatch(/^SELECT_(SELECTORS_INVALID|UNKNOWN_METHOD) at /);
  expect(failed).toContain(`selectors.yml:${place}`);
  expect(failed).toContain(message);
});
