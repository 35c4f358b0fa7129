import { describe, expect, test } from 'vitest';
import { describeError } from '../../../lib/errors.ts';
import { readinessError, readinessProblems } from '../../../ingest/postgres/readiness.ts';
import type { ReadinessFacts } from '../../../ingest/postgres/readiness.ts';
import type { PublicationFacts, TableFacts } from '../../../ingest/postgres/source-facts.ts';
import type { CapturedTable } from '../../../ingest/postgres/shop-tables.ts';

const wanted: readonly CapturedTable[] = [{ table: 'orders', key: ['id'], columns: ['id', 'total'] }];
const column = (name: string) => ({
  name,
  typeName: 'bigint',
  typeOid: 20,
  typeModifier: -1,
  isGenerated: false,
  maySelect: true,
});
const orders: TableFacts = {
  table: 'orders',
  kind: 'r',
  persistence: 'p',
  replicaIdentity: 'd',
  identity: ['id'],
  columns: [column('id'), column('card'), column('total')],
  isOwned: true,
  mayWrite: true,
  unfitPartitions: [],
};
const ready: ReadinessFacts = {
  server: {
    version: 180_004,
    walLevel: 'logical',
    encoding: 'UTF8',
    database: 'shop',
    user: 'etl',
    mayReplicate: true,
    mayCreate: true,
    mayCreateTable: true,
  },
  log: { systemIdentifier: '1', isStandby: false, timeline: 1 },
  tables: [orders],
  publication: undefined,
  publicationName: 'p',
  published: wanted,
};
const publication: PublicationFacts = {
  oid: 1,
  allTables: false,
  schemas: 0,
  publishesAll: true,
  viaRoot: false,
  generatedColumns: 'n',
  tables: [{ oid: 2, schema: 'public', table: 'orders', columns: ['id', 'total'], hasRowFilter: false }],
};
const withServer = (change: object): ReadinessFacts => ({ ...ready, server: { ...ready.server, ...change } });
const withTable = (change: object): ReadinessFacts => ({ ...ready, tables: [{ ...orders, ...change }] });
const published = (change: object): ReadinessFacts => ({
  ...ready,
  publication: { ...publication, tables: [{ ...publication.tables[0], ...change } as never] },
});

describe('readiness of the source', () => {
  test('a source with everything has no problem, with or without the publication', () => {
    expect(readinessProblems(ready, wanted)).toEqual([]);
    expect(readinessProblems({ ...ready, publication }, wanted)).toEqual([]);
  });

  test.each<[string, ReadinessFacts, string, RegExp]>([
    [
      'wal_level',
      withServer({ walLevel: 'replica' }),
      'CAPTURE_WAL_LEVEL',
      /alter system set wal_level = logical/,
    ],
    ['version', withServer({ version: 140_012 }), 'CAPTURE_SERVER_TOO_OLD', /15/],
    ['encoding', withServer({ encoding: 'SQL_ASCII' }), 'CAPTURE_ENCODING', /UTF8/],
    [
      'replication right',
      withServer({ mayReplicate: false }),
      'CAPTURE_RIGHTS',
      /alter role etl replication/,
    ],
    [
      'create right',
      withServer({ mayCreate: false }),
      'CAPTURE_RIGHTS',
      /grant create on database shop to etl/,
    ],
    ['standby', { ...ready, log: { ...ready.log, isStandby: true } }, 'CAPTURE_STANDBY', /primary/],
    ['missing table', { ...ready, tables: [] }, 'CAPTURE_TABLE_MISSING', /./],
    ['a view', withTable({ kind: 'v' }), 'CAPTURE_TABLE_MISSING', /./],
    ['an unlogged table', withTable({ persistence: 'u' }), 'CAPTURE_TABLE_MISSING', /./],
    ['no primary key', withTable({ identity: [] }), 'CAPTURE_KEY_MISSING', /add primary key \(id\)/],
    ['another key', withTable({ identity: ['id', 'total'] }), 'CAPTURE_KEY_MISSING', /./],
    [
      'identity full',
      withTable({ replicaIdentity: 'f' }),
      'CAPTURE_REPLICA_IDENTITY',
      /replica identity default/,
    ],
    [
      'identity nothing',
      withTable({ replicaIdentity: 'n' }),
      'CAPTURE_REPLICA_IDENTITY',
      /replica identity default/,
    ],
    ['missing column', withTable({ columns: [column('id')] }), 'CAPTURE_COLUMN_MISSING', /allow-list/],
    [
      'generated column',
      withTable({ columns: [column('id'), { ...column('total'), isGenerated: true }] }),
      'CAPTURE_COLUMN_MISSING',
      /allow-list/,
    ],
    [
      'unreadable column',
      withTable({ columns: [column('id'), { ...column('total'), maySelect: false }] }),
      'CAPTURE_RIGHTS',
      /grant select \(total\) on public\.orders to etl/,
    ],
    ['a table of another owner', withTable({ isOwned: false }), 'CAPTURE_RIGHTS', /owner/],
    ['no column list', published({ columns: null }), 'CAPTURE_PUBLICATION_DIFFERS', /set table only public/],
    [
      'a wider list',
      published({ columns: ['id', 'card', 'total'] }),
      'CAPTURE_PUBLICATION_DIFFERS',
      /set table/,
    ],
    ['a row filter', published({ hasRowFilter: true }), 'CAPTURE_PUBLICATION_DIFFERS', /set table/],
    ['another table', published({ table: 'cards' }), 'CAPTURE_NOT_READY', /./],
    [
      'fewer operations',
      { ...ready, publication: { ...publication, publishesAll: false } },
      'CAPTURE_PUBLICATION_DIFFERS',
      /set \(publish = 'insert, update, delete, truncate'/,
    ],
    [
      'all tables',
      { ...ready, publication: { ...publication, allTables: true } },
      'CAPTURE_PUBLICATION_DIFFERS',
      /drop publication "p"/,
    ],
  ])('%s is found and its remedy named', (_, facts, code, remedy) => {
    const problems = readinessProblems(facts, wanted);
    const error = readinessError(problems, 'here');
    expect(error).toMatchObject({ code, where: 'here' });
    expect(error.remedy).toMatch(remedy);
  });

  test('who has the publication made by somebody else needs neither CREATE nor ownership', () => {
    const facts = {
      ...withServer({ mayCreate: false }),
      publication,
      tables: [{ ...orders, isOwned: false }],
    };
    expect(readinessProblems(facts, wanted)).toEqual([]);
  });

  test('all problems are said at once, each with what to run', () => {
    const facts = { ...withServer({ walLevel: 'replica', mayReplicate: false }), tables: [] };
    const text = describeError(readinessError(readinessProblems(facts, wanted), 'here'));
    expect(text).toMatch(/^CAPTURE_NOT_READY: 3 things/);
    for (const part of ['CAPTURE_WAL_LEVEL', 'alter role etl replication', 'public.orders does not exist']) {
      expect(text).toContain(part);
    }
  });
});
