import fc from 'fast-check';
import { it } from 'vitest';
import { queryMessage } from '../../support/raw-wire.ts';
import { conversations, expectSame, openPeers } from './postgres-peers.ts';

const strings = [
  '',
  ';;',
  'select 1',
  "select 1; select 2, 'x'",
  'select 1; select nope; select 2',
  'begin; select nope; select 1; commit',
  'rollback',
  'commit',
  'savepoint a',
  'begin; begin; commit',
  'begin; savepoint a; select nope; rollback to a; select 1; release a; commit',
  'begin; release b; rollback',
  'begin; rollback to b; rollback',
  'begin; commit and chain; select 1; rollback and chain; rollback',
  'commit and chain',
  "set application_name = 'x'; show application_name",
  "begin; set application_name = 'y'; rollback; show application_name",
  "begin; set local application_name = 'z'; show application_name; commit; show application_name",
  "set local application_name = 'w'",
  "set application_name = 'v'; select nope",
  "select set_config('application_name', 'u', false); show application_name",
  "begin; select pg_catalog.set_config('application_name', 't', true) as a; commit; show application_name",
  'show application_name',
  'reset application_name',
  'declare c cursor for select 1',
  'declare c scroll cursor for select i from numbers(3); fetch all from c; fetch prior from c',
  'declare h scroll cursor with hold for select i from numbers(3)',
  'fetch 2 from h',
  'declare h cursor with hold for select 1',
  'begin; fetch next from h; rollback',
  'fetch first from h',
  'close h',
  'close h',
  'close all',
  'fetch all from nothing',
  'begin; declare c binary cursor for select i from numbers(2); fetch all from c; commit',
  'prepare p(int, text) as select $1::int as a, $2::text as b',
  'prepare p(int, text) as select $1::int as a, $2::text as b',
  "execute p(1, 'x')",
  'execute p(1)',
  'deallocate p',
  'deallocate p',
  'begin; discard all; rollback',
  'discard all',
  'discard plans',
  'copy (select i, t from odd) to stdout',
  'copy odd to stdout',
  'copy odd(i, t) to stdout csv',
  "copy (select i, t from odd) to stdout with (format csv, header, delimiter ';', force_quote (i), null 'NULL')",
  'copy (select i, t from odd) to stdout with (format csv, force_quote *)',
  "copy (select i, t from odd) to stdout with (format csv, quote '''', escape '\\')",
  "copy (select i, t from odd) to stdout with (delimiter '|', null '', header)",
  'copy (select i, t from odd) to stdout with binary',
  "copy (select 1) to stdout with (format csv, delimiter '\"')",
  "copy (select 1) to stdout with (delimiter 'ab')",
  'copy (select 1) to stdout with (format xml)',
  'copy (select 1) to stdout with (force_quote *)',
  'copy (select 1) to stdout with (nonsense 1)',
  'selec 1',
  'select $1::int as a, $2::text as b',
  'show nothing_of_the_kind',
  'set nothing_of_the_kind = 1',
  'set server_version = 1',
  "set client_min_messages = 'sideways'",
  'set statement_timeout = 5000; show statement_timeout',
  "set statement_timeout = '90s'; show statement_timeout; reset statement_timeout",
  "set statement_timeout = 'soon'",
  'set transaction isolation level serializable',
  'begin isolation level repeatable read read only; select 1; commit',
  'listen x; unlisten *',
  "begin; select nope; commit; prepare transaction 'x'",
];

it('strings of statements are answered as by PostgreSQL', async () => {
  const peers = await (await openPeers())();
  for (const text of strings) {
    try {
      await expectSame(peers, [queryMessage(text)]);
      if (text.startsWith('begin')) await expectSame(peers, [queryMessage('rollback')]);
    } catch (error) {
      throw new Error(`${text}: ${String(error)}`, { cause: error });
    }
  }
});

const cursor = fc.constantFrom('c', 'd');
const direction = fc.oneof(
  fc.constantFrom(
    'next',
    'prior',
    'first',
    'last',
    'all',
    'forward all',
    'backward all',
    'forward',
    'backward',
  ),
  fc
    .tuple(
      fc.constantFrom('absolute', 'relative', 'forward', 'backward', ''),
      fc.integer({ min: -4, max: 7 }),
    )
    .map(([word, count]) => `${word} ${count}`),
);
const statement = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('begin', 'commit', 'rollback', 'select 1', 'select nope') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('savepoint', 'release', 'rollback to'), fc.constantFrom('a', 'b'))
      .map((words) => words.join(' ')),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "set application_name = 'x'",
      "set local application_name = 'y'",
      'reset application_name',
      'show application_name',
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        cursor,
        fc.constantFrom('scroll', 'no scroll'),
        // A held cursor without rows is at its end before anything was fetched, there: an accident.
        fc.constantFrom(['', 0], ['', 1], ['', 4], ['with hold', 1], ['with hold', 3]),
      )
      .map(
        ([name, scroll, [hold, rows]]) =>
          `declare ${name} ${scroll} cursor ${hold} for select i from numbers(${rows})`,
      ),
  },
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.constantFrom('fetch', 'move'), direction, cursor)
      .map(([verb, where, name]) => `${verb} ${where} from ${name}`),
  },
  { weight: 1, arbitrary: cursor.map((name) => `close ${name}`) },
);
const conversation = fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), {
  minLength: 8,
  maxLength: 16,
});

it('whatever is said of transactions, settings and cursors is answered as by PostgreSQL', async () => {
  const open = await openPeers();
  await fc.assert(
    fc.asyncProperty(conversation, async (said) => {
      const peers = await open();
      try {
        for (const text of said) await expectSame(peers, [queryMessage(text.join('; '))]);
      } finally {
        peers.ours.socket.destroy();
        peers.theirs.socket.destroy();
      }
    }),
    { numRuns: conversations },
  );
});
