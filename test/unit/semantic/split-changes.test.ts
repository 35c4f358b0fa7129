import { expect, it } from 'vitest';
import { splitChanges } from '../../../semantic/diff/split-changes.ts';
import { editedModel } from './validate/model-texts.ts';
import type { Edit } from './validate/model-texts.ts';

async function changes(...edits: readonly Edit[]): Promise<readonly string[]> {
  const [before, now] = [await editedModel([]), await editedModel(edits)];
  if (!('cubes' in before) || !('cubes' in now)) throw new Error('it is no model');
  return splitChanges(before, now).map(({ member, change }) => `${member}: ${change}`);
}

const events = 'cubes/order_events.yml';

it('words, metrics and what is new change no split', async () => {
  expect(
    await changes(
      { file: events, from: 'title: Channel', to: 'title: Storefront' },
      { file: events, from: "{CUBE}.event_type = 'sale'", to: "{CUBE}.event_type = 'refund'" },
      {
        file: events,
        from: 'select * from marts.fct_order_events where not is_test',
        to: 'select * from marts.x',
      },
      {
        file: 'views/finance.yml',
        from: '- channel\n',
        to: '- channel\n          - name: channel\n            alias: shop\n',
      },
    ),
  ).toEqual([]);
});

it.each([
  [
    'its column',
    { file: events, from: 'sql: channel', to: 'sql: country' },
    'finance.channel: split computed otherwise',
  ],
  [
    'the condition of a segment',
    { file: events, from: "in ('sale', 'refund')", to: "in ('sale')" },
    'finance.sales_and_returns: split computed otherwise',
  ],
  [
    'the join that leads to it',
    {
      file: events,
      from: '{CUBE}.customer_key = {customers}',
      to: '{CUBE}.customer_durable_key = {customers}',
    },
    'finance.segment: split computed otherwise',
  ],
  [
    'what the joined cube reads',
    { file: 'cubes/customers.yml', from: 'marts.dim_customer', to: 'marts.dim_person' },
    'finance.segment: split computed otherwise',
  ],
  [
    'that it is not there any more',
    { file: 'views/finance.yml', from: '          - channel\n', to: '' },
    'finance.channel: split is gone',
  ],
])('%s is told of a split', async (_, edit, expected) => {
  expect(await changes(edit)).toContain(expected);
});
