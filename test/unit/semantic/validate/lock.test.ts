import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ownModel as modelFolder } from '../../../../cli/semantic-settings.ts';
import { publishedFindings } from '../../../../semantic/validate/lock.ts';
import { lockPath, lockText, readLock } from '../../../../semantic/validate/lock-file.ts';
import { publishable } from '../../../../semantic/validate/published.ts';
import { editedModel } from './model-texts.ts';
import type { Edit } from './model-texts.ts';

async function found(...edits: readonly Edit[]): Promise<readonly string[]> {
  const model = await editedModel(edits);
  if (!('cubes' in model)) throw new Error(JSON.stringify(model));
  const findings = publishedFindings(model, await readLock(modelFolder));
  return findings.map(({ where, message }) => `${where.replace(/:\d+$/, '')} ${message}`);
}

const events = 'cubes/order_events.yml';
const orders = 'cubes/placed_orders.yml';

it('what is published is what the model says: run `bin/shopwave metrics lock` and look at the difference', async () => {
  const model = await editedModel([]);
  if (!('cubes' in model)) throw new Error(JSON.stringify(model));
  expect(await readFile(lockPath(modelFolder), 'utf8')).toBe(lockText(publishable(model)));
  expect(publishable(model).length).toBeGreaterThan(70);
});

it('a certified metric that was renamed is gone for those who use it', async () => {
  const rename = {
    file: 'views/finance.yml',
    from: '- refund_rate',
    to: '- name: refund_rate\n            alias: return_rate',
  };
  expect(await found(rename)).toEqual([
    expect.stringMatching(/^views\/finance\.yml:2 finance\.refund_rate is certified .* but is gone/),
  ]);
});

it('a certified metric that is removed has to be deprecated first', async () => {
  expect(await found({ file: 'views/cash.yml', from: '          - captured\n', to: '' })).toEqual([
    expect.stringContaining('cash.captured is certified'),
  ]);
});

it('an experimental one may go, once that is written down', async () => {
  expect(await found({ file: 'views/cash.yml', from: '          - net_cash\n', to: '' })).toEqual([
    expect.stringContaining('does not know of cash.net_cash as it is now'),
  ]);
});

it('a change of what a metric is made of changes all that are made of it', async () => {
  const change = {
    file: events,
    from: `sql: "{CUBE}.event_type = 'refund'"`,
    to: `sql: "{CUBE}.event_type = 'refunded'"`,
  };
  const messages = await found(change);
  expect(messages.map((message) => message.split(' ')[1])).toEqual([
    'finance.refund_rate',
    'finance.returns',
  ]);
  expect(messages[1]).toContain(
    `where {CUBE}.event_type = 'refunded'", was "return_minor: sum amount_minor where`,
  );
});

it.each([
  ['the filter of what is read', { file: orders, from: 'where not is_test', to: 'where is_test' }],
  ['the kind of measure', { file: orders, from: 'type: count_distinct', to: 'type: sum' }],
  [
    'the date that it is told by',
    { file: orders, from: 'time_dimension: fulfilled_date', to: 'time_dimension: order_date' },
  ],
  ['the minor units of a currency', { file: 'cubes/money.yml', from: "'JPY', ", to: '' }],
])('%s is meaning', async (_, edit) => {
  expect(await found(edit)).toContainEqual(
    expect.stringContaining('means something else than was published'),
  );
});

it('a new version says so, and waits to be written down', async () => {
  const fulfilled = {
    file: orders,
    from: 'time_dimension: fulfilled_date',
    to: 'time_dimension: order_date\n          version: 2',
  };
  expect(await found(fulfilled)).toEqual([
    expect.stringContaining('does not know of operations.fulfilled_orders as it is now'),
  ]);
});

it('certified is not taken back in silence', async () => {
  const down = { file: orders, from: 'tier: certified', to: 'tier: experimental' };
  expect(await found(down)).toEqual([
    expect.stringContaining('operations.orders was certified and is experimental now'),
  ]);
  const noted = { ...down, to: 'tier: experimental\n          deprecated: use gmv in its place' };
  expect(await found(noted)).toEqual([
    expect.stringContaining('does not know of operations.orders as it is now'),
  ]);
});

it('words change no meaning', async () => {
  expect(await found({ file: orders, from: 'title: Orders\n', to: 'title: Placed orders\n' })).toEqual([]);
});
