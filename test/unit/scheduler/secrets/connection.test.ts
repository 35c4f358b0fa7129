import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionJson, connectionUri, parseConnection } from '../../../../scheduler/secrets/connection.ts';
import type { Connection } from '../../../../scheduler/secrets/connection.ts';
import { describeError } from '../../../../lib/errors.ts';

const nothing = {
  description: null,
  host: null,
  login: null,
  password: null,
  port: null,
  schema: null,
  extra: {},
};

/** As Airflow reads them. */
test.each([
  [
    'postgresql://me:p%40ss%2Fw@db.example:5432/shop?sslmode=require',
    {
      connType: 'postgres',
      login: 'me',
      password: 'p@ss/w',
      host: 'db.example',
      port: 5432,
      schema: 'shop',
      extra: { sslmode: 'require' },
    },
  ],
  ['google-cloud-platform://', { connType: 'google_cloud_platform' }],
  ['http://https://api.example:8443', { connType: 'http', host: 'https://api.example', port: 8443 }],
  [
    'aws://?__extra__=%7B%22role%22%3A+%7B%22arn%22%3A+1%7D%7D',
    { connType: 'aws', extra: { role: { arn: 1 } } },
  ],
  ['ftp://:only%3Apassword@h', { connType: 'ftp', password: 'only:password', host: 'h' }],
  [
    '{"conn_type": "postgresql", "host": "h", "port": "5432", "extra": "{\\"a\\": 1}"}',
    { connType: 'postgres', host: 'h', port: 5432, extra: { a: 1 } },
  ],
])('%s', (written, expected) => {
  expect(parseConnection('c', written)).toEqual({ connId: 'c', ...nothing, ...expected });
});

test.each([
  'hunter2-secret',
  '{"password": "hunter2-secret"}',
  '{"conn_type": "x", "hunter2-secret"',
  'x://hunter2-secret:%zz@h',
  'x://h/?__extra__=hunter2-secret',
])('what is no connection is refused, and its text not told: %s', (written) => {
  try {
    parseConnection('c', written);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONNECTION_INVALID', where: 'connection c' });
    expect(describeError(error)).not.toContain('hunter2');
  }
});

// A schema drops the name of the prototype, as it must.
const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== '__proto__');
const connections: fc.Arbitrary<Connection> = fc.record({
  connId: fc.constant('c'),
  connType: fc
    .stringMatching(/^[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,5})?$/)
    .filter((type) => type !== 'postgresql'),
  description: fc.constant(null),
  host: fc.option(word.filter((host) => !host.includes('://'))),
  login: fc.option(word),
  password: fc.option(fc.string({ unit: 'grapheme' })),
  port: fc.option(fc.integer({ min: 1, max: 65_535 })),
  schema: fc.option(word),
  extra: fc.oneof(
    fc.dictionary(word, fc.string({ unit: 'grapheme' })),
    fc.dictionary(word, fc.oneof(fc.integer(), fc.boolean(), fc.constant(null))),
  ),
});

test('what is written as a URI, or as JSON, is read again as it was', () => {
  fc.assert(
    fc.property(connections, (connection) => {
      const extra: unknown = JSON.parse(JSON.stringify(connection.extra));
      expect(parseConnection('c', connectionUri(connection))).toEqual({ ...connection, extra });
      expect(parseConnection('c', JSON.stringify(connectionJson(connection)))).toEqual({
        ...connection,
        extra,
      });
    }),
    { numRuns: 300 },
  );
});
