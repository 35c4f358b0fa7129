import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hidingSecrets } from '../../../../scheduler/executor/hiding-secrets.ts';
import { linesOf, longestLine } from '../../../../scheduler/executor/process/lines.ts';
import type { LogLine } from '../../../../scheduler/executor/log-line.ts';
import { createMasker } from '../../../../scheduler/secrets/masker.ts';
import { isSensitive, sensitiveTexts } from '../../../../scheduler/secrets/sensitive-names.ts';
import { envSecrets } from '../../../../scheduler/secrets/secrets-backend.ts';
import { watchedSecrets } from '../../../../scheduler/secrets/task-secrets.ts';

const listed =
  'password PASSWD client_secret api_key apikey access_token Authorization passphrase private_key keyfile_dict';

test.each(listed.split(' '))('%s is a sensitive name', (name) => {
  expect(isSensitive(name)).toBe(true);
});

test('names under which nothing is hidden', () => {
  expect(['host', 'login', 'path', 'keep', 'pass_rate'].filter(isSensitive)).toEqual([]);
  expect(sensitiveTexts({ a: 'x', token: { deep: ['one', 2] }, list: [{ secret: 'three' }] })).toEqual([
    'one',
    '2',
    'three',
  ]);
});

test('a secret is hidden as it is, line by line, in JSON and in a URI', () => {
  const masker = createMasker();
  const secret = 'first "line"\nsecond&line';
  masker.add([secret, 'tiny']);
  const printed = [
    secret,
    'x second&line y',
    JSON.stringify({ secret }),
    `?p=${encodeURIComponent('second&line')}`,
    'tiny',
  ];
  expect(printed.map(masker.mask)).toEqual(['***', 'x *** y', '{"secret":"***"}', '?p=***', 'tiny']);
  expect(masker.maskDeep({ a: ['second&line'], 'second&line': 1, at: null })).toEqual({
    a: ['***'],
    '***': 1,
    at: null,
  });
});

test('what a task reads is hidden: passwords, extras and variables with a sensitive name, in every form', async () => {
  const masker = createMasker();
  const env = {
    AIRFLOW_CONN_DB: 'postgres://me:p%40ssw0rd@host/db?api_key=key-123456',
    AIRFLOW_VAR_TOKEN: '{"value": "tok-abcdef"}',
    AIRFLOW_VAR_OPEN: '{"page": "front", "client_secret": "cs-987654"}',
    AIRFLOW_CONN_OTHER: 'postgres://me:other-password@host',
  };
  const watched = watchedSecrets(envSecrets(env), masker.add);
  await watched.getConnection('db');
  for (const key of ['token', 'open', 'none']) await watched.getVariable(key);
  const text = 'p@ssw0rd p%40ssw0rd key-123456 tok-abcdef cs-987654 front host other-password';
  expect(masker.mask(text)).toBe('*** *** *** *** *** front host other-password');
  expect(masker.mask(env.AIRFLOW_CONN_DB)).toBe('***');
});

async function printed(text: string, chunk: number, secret: string): Promise<readonly string[]> {
  const masker = createMasker();
  masker.add([secret]);
  const kept: string[] = [];
  const told: string[] = [];
  const write = (line: LogLine): boolean => kept.push(line.message) > 0;
  const log = hidingSecrets(masker, { write, tell: (line) => void told.push(line.message) });
  const stream = new PassThrough();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunk) stream.write(bytes.subarray(at, at + chunk));
  stream.end();
  for await (const line of linesOf(stream)) log.write({ at: '', level: 'info', message: line });
  log.flush();
  expect(told).toEqual(kept);
  return kept;
}

test('no part of a secret is left where a line is too long and cut, wherever that is', async () => {
  const secret = 'S3CR3T-'.repeat(5);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -60, max: 60 }),
      fc.integer({ min: 1000, max: 200_000 }),
      fc.integer({ min: 1, max: 3 }),
      async (offset, chunk, times) => {
        const filler = 'x'.repeat(longestLine + offset);
        const text = `${`${filler}${secret}`.repeat(times)}end`;
        const whole = (await printed(text, chunk, secret)).join('');
        expect(whole.includes('S3CR')).toBe(false);
        expect(whole.replaceAll('x', '')).toBe(`${'***'.repeat(times)}end`);
      },
    ),
    { numRuns: 60 },
  );
});

test('pieces of two streams do not mix, and what comes last is kept', async () => {
  const masker = createMasker();
  masker.add(['secret']);
  const lines: string[] = [];
  const log = hidingSecrets(masker, { write: (line) => lines.push(line.message) > 0, tell: () => {} });
  const piece = (letter: string): string => letter.repeat(longestLine - 3);
  log.write({ at: '', level: 'info', message: `${piece('a')}sec`, fields: { stream: 'a' } });
  log.write({ at: '', level: 'info', message: `${piece('b')}sec`, fields: { stream: 'b' } });
  log.write({ at: '', level: 'info', message: 'ret', fields: { stream: 'a' } });
  log.flush();
  expect(lines.join('|').replaceAll(/[ab]{9,}/g, '..')).toBe('..***||..sec');
});
