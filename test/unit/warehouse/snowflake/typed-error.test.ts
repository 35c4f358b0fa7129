import { expect, test } from 'vitest';
import { ShopwaveError } from '../../../../lib/errors.ts';
import { StatementLost } from '../../../../warehouse/snowflake/lost.ts';
import { isSuspension } from '../../../../warehouse/snowflake/sdk-error.ts';
import { typedError } from '../../../../warehouse/snowflake/typed-error.ts';

/** Messages as Snowflake words them; codes come with and without zeros, as text and as numbers. */
const errors = [
  ['390144', 'JWT token is invalid. [0b1a]', 'WAREHOUSE_LOGIN_REFUSED', true],
  ['390100', 'Incorrect username or password was specified.', 'WAREHOUSE_LOGIN_REFUSED', true],
  ['394400', 'Programmatic access token is invalid.', 'WAREHOUSE_LOGIN_REFUSED', true],
  [
    '003001',
    "SQL access control error:\nInsufficient privileges to operate on table 'T'",
    'WAREHOUSE_GRANT_MISSING',
    true,
  ],
  [
    '002003',
    "SQL compilation error:\nObject 'A.B.T' does not exist or not authorized.",
    'WAREHOUSE_OBJECT_MISSING',
    false,
  ],
  [
    '000904',
    "SQL compilation error: error line 1 at position 7\ninvalid identifier 'X'",
    'WAREHOUSE_SHAPE_CHANGED',
    false,
  ],
  [
    '001003',
    'SQL compilation error:\nInsert value list does not match column list expecting 3 but got 2',
    'WAREHOUSE_SHAPE_CHANGED',
    false,
  ],
  [
    '000608',
    "Warehouse 'W' is suspended. Use 'alter warehouse W resume;' command",
    'WAREHOUSE_SUSPENDED',
    true,
  ],
  [
    '000606',
    "Warehouse 'W' is suspended. Use 'alter warehouse W resume;' command if you need to use it again.",
    'WAREHOUSE_SUSPENDED',
    true,
  ],
  ['000606', 'No active warehouse selected in the current session.', 'WAREHOUSE_GRANT_MISSING', true],
  [
    '090073',
    "Warehouse 'W' cannot be resumed because resource monitor 'M' has exceeded its quota.",
    'WAREHOUSE_QUOTA_EXCEEDED',
    true,
  ],
  [
    '000630',
    'Statement reached its statement or warehouse timeout of 1 second(s) and was canceled.',
    'WAREHOUSE_TIMEOUT',
    true,
  ],
  // By somebody else: what this process calls off has its own error.
  ['000604', 'SQL execution canceled', 'WAREHOUSE_INTERRUPTED', true],
  [
    '000603',
    'SQL execution internal error: Processing aborted by error 300002:1',
    'WAREHOUSE_INTERRUPTED',
    true,
  ],
  [
    '000625',
    'The transaction was aborted by an error; end it with ROLLBACK.',
    'WAREHOUSE_TRANSACTION_ENDED',
    true,
  ],
  [
    '000625',
    'Your statement was aborted because its transaction was aborted.',
    'WAREHOUSE_TRANSACTION_ENDED',
    true,
  ],
  [
    '000625',
    "Statement '01b' has locked table 'T' in transaction 1 and this lock has not yet been released.",
    'WAREHOUSE_CONFLICT',
    true,
  ],
  ['200001', 'Your transaction was aborted: deadlock', 'WAREHOUSE_CONFLICT', true],
  [
    '091016',
    "Remote file 's3://b/k' was not found. There are several potential causes.",
    'WAREHOUSE_STAGED_FILE_MISSING',
    true,
  ],
  [401001, 'read ECONNRESET', 'WAREHOUSE_UNAVAILABLE', true],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1', 'WAREHOUSE_UNAVAILABLE', true],
  [407002, 'Unable to perform operation using terminated connection.', 'WAREHOUSE_UNAVAILABLE', true],
  [
    '390111',
    'Session no longer exists. New login required to access the service.',
    'WAREHOUSE_UNAVAILABLE',
    true,
  ],
  [
    '001003',
    "SQL compilation error: syntax error line 1 at position 0 unexpected 'SELCT'.",
    'WAREHOUSE_STATEMENT_FAILED',
    false,
  ],
  ['100038', "Numeric value 'deadlock' is not recognized", 'WAREHOUSE_STATEMENT_FAILED', false],
  ['100035', "Timestamp 'lock timeout' is not recognized", 'WAREHOUSE_STATEMENT_FAILED', false],
] as const;

test.each(errors)('%s %s is %s', (code, message, expected, retryable) => {
  const typed = typedError(Object.assign(new Error(message), { code }), 'select\n  1');
  expect(typed).toMatchObject({ code: expected, retryable, where: 'select 1' });
  expect(typed.message).toContain(message.split('\n').at(-1));
  expect(typed.message).toContain(String(code));
});

const grants = [
  ['table', 'insert into t select 1', 'insert'],
  ['table', 'copy into t from @s', 'insert'],
  ['table', 'merge into t using u on a when matched then delete', 'insert, update, delete'],
  ['table', 'select * from t', 'select'],
  ['table', 'drop table t', 'ownership'],
  ['schema', 'create transient table x as select 1', 'create table'],
  ['schema', 'create or replace view x as select 1', 'create view'],
  ['schema', 'select 1', 'usage'],
  ['warehouse', 'alter warehouse w resume if suspended', 'operate'],
  ['warehouse', 'select 1', 'usage'],
  ['stage', "put 'file:///a' '@s'", 'write'],
  ['stage', 'copy into t from @s', 'read'],
] as const;

test.each(grants)('what a role lacks on a %s for "%s" is said as SQL', (kind, sql, privilege) => {
  const message = `SQL access control error:\nInsufficient privileges to operate on ${kind} 'A.B'`;
  const typed = typedError(Object.assign(new Error(message), { code: '003001' }), sql, { role: 'LOADER' });
  expect(typed.code).toBe('WAREHOUSE_GRANT_MISSING');
  expect(typed.remedy).toContain(`\`grant ${privilege} on ${kind} A.B to role LOADER\``);
});

test('a warehouse that a session was not given: the grant that would give it', () => {
  const message =
    "No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.";
  const error = Object.assign(new Error(message), { code: '000606' });
  const { remedy } = typedError(error, 'insert into t select 1', {
    role: 'LOADER',
    warehouse: 'SHOPWAVE_WH',
  });
  expect(remedy).toContain('`grant usage on warehouse SHOPWAVE_WH to role LOADER`');
  expect(isSuspension(error)).toBe(false);
  const asleep = Object.assign(new Error("Warehouse 'W' is suspended."), { code: '000606' });
  expect(isSuspension(asleep)).toBe(true);
});

test('an object that may be hidden: the grant that would show it', () => {
  const message = "SQL compilation error:\nObject 'RAW.SHOP__ORDERS' does not exist or not authorized.";
  const typed = typedError(Object.assign(new Error(message), { code: '002003' }), 'select 1', {
    role: 'ANALYST',
  });
  expect(typed.remedy).toContain('grant select on table RAW.SHOP__ORDERS to role ANALYST');
});

test('typed errors pass, and anything at all gets a code', () => {
  const typed = new ShopwaveError('X', { summary: '', remedy: '', retryable: false }, { message: 'm' });
  expect(typedError(typed, 'select 1')).toBe(typed);
  for (const thrown of [undefined, null, 'text', {}, new TypeError('x is not a function')]) {
    expect(typedError(thrown, 'select 1').code).toBe('WAREHOUSE_STATEMENT_FAILED');
  }
});

test('a statement whose session broke: what is known of its fate', () => {
  const cause = Object.assign(new Error('gone'), { code: '390111' });
  const known = (hasNotRun: boolean, queryId?: string): string =>
    typedError(new StatementLost(cause, { hasNotRun, queryId }), 'delete from t').message;
  expect(known(true)).toMatch(/it was not run/);
  expect(known(false)).toMatch(/not known/);
  expect(known(false, '01b-1')).toMatch(/01b-1/);
  expect(typedError(new StatementLost(cause, { hasNotRun: true, queryId: undefined }), 'x')).toMatchObject({
    code: 'WAREHOUSE_UNAVAILABLE',
    retryable: true,
  });
});

test('a database that is not there is named, though Snowflake does not', () => {
  const sdk = Object.assign(
    new Error('Cannot perform operation. This session does not have a current database.'),
    { code: '090105' },
  );
  const error = typedError(sdk, 'create schema if not exists _meta', { role: 'R', database: 'SHOP' });
  expect(error.code).toBe('WAREHOUSE_OBJECT_MISSING');
  expect(error.remedy).toContain('SHOP');
  expect(error.remedy).toContain('grant usage on database SHOP to role R');
});
