import { expect, test } from 'vitest';
import { UnsafeNumber } from '../../../../ingest/extract/json.ts';
import {
  deletedTicketRecords,
  plainRecords,
  ticketRecords,
  userRecords,
} from '../../../../ingest/zendesk/records.ts';

const second = 1_764_000_000;
const iso = new Date(second * 1000).toISOString();

test('a ticket keeps the custom fields that are named, by their names, and has the version of its generation', () => {
  const ticket = {
    id: 7,
    status: 'open',
    updated_at: '2020-01-01T00:00:00Z',
    generated_timestamp: second,
    custom_fields: [
      { id: 360001, value: '4711' },
      { id: 360002, value: 'left out' },
    ],
  };
  expect(ticketRecords({ 360001: 'order_id', 360009: 'channel' })(ticket)).toEqual([
    {
      table: 'tickets',
      op: 'u',
      versionMicros: second * 1e6,
      object: {
        id: 7,
        status: 'open',
        updated_at: '2020-01-01T00:00:00Z',
        generated_timestamp: second,
        custom: { order_id: '4711', channel: null },
      },
    },
  ]);
});

test.each([9_000_000_000_000_000, -1, 0.5, '7', new UnsafeNumber('9007199254740993')])(
  'a ticket whose generation is %j, which is no moment, has the version of its update',
  (generated_timestamp) => {
    const [ticket] = ticketRecords({})({ id: 7, status: 'open', updated_at: iso, generated_timestamp });
    expect(ticket?.versionMicros).toBe(second * 1e6);
  },
);

test('a deleted ticket is a deletion, whichever way it becomes known', () => {
  const byStatus = ticketRecords({})({
    id: 7,
    status: 'deleted',
    generated_timestamp: second,
    subject: 'SCRUBBED',
  });
  const byList = deletedTicketRecords({
    id: 7,
    deleted_at: iso,
    subject: 'help',
    actor: { id: 1, name: 'A' },
  });
  for (const [records, foundBy, version] of [
    [byStatus, 'status', second * 1e6],
    [byList, 'list', second * 1e6 + 999_999],
  ] as const) {
    expect(records).toEqual([
      { table: 'tickets', op: 'd', object: { id: 7 }, versionMicros: version },
      {
        table: 'deletions',
        op: 'u',
        versionMicros: version,
        object: {
          id: 'tickets/7',
          subject: 'tickets',
          subject_id: 7,
          deleted_at: new Date(version / 1000).toISOString(),
          found_by: foundBy,
        },
      },
    ]);
  }
});

test('a user who was deleted stays, and a row says since when', () => {
  const user = { id: 3, active: true, updated_at: iso };
  expect(userRecords(user).map(({ table }) => table)).toEqual(['users']);
  expect(
    userRecords({ ...user, active: false }).map(({ table, op, object }) => [table, op, object['id']]),
  ).toEqual([
    ['users', 'u', 3],
    ['deletions', 'u', 'users/3'],
  ]);
});

test('a time that cannot be read is no version', () => {
  expect(plainRecords('organizations', 'updated_at')({ id: 1, updated_at: 5 })).toEqual([
    { table: 'organizations', op: 'u', object: { id: 1, updated_at: 5 } },
  ]);
});
