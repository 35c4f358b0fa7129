import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../../../lib/clock.ts';
import { createCipher } from '../../../../scheduler/secrets/cipher.ts';
import { cachedSecrets, chainedSecrets, envSecrets } from '../../../../scheduler/secrets/secrets-backend.ts';
import type { SecretsBackend } from '../../../../scheduler/secrets/secrets-backend.ts';
import { createTaskSecrets } from '../../../../scheduler/secrets/task-secrets.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;

test('a stored secret opens with its key in its place alone', () => {
  const [first, second] = [key('a'), key('b')];
  const old = createCipher(first);
  const sealed = old?.encrypt('hunter2', 'connection x') ?? '';
  expect(sealed).not.toContain('hunter2');
  expect(old?.encrypt('hunter2', 'connection x')).not.toBe(sealed);
  // A new key before it, as one rotates them.
  expect(createCipher(`${second},${first}`)?.decrypt(sealed, 'connection x')).toBe('hunter2');
  const damaged = expect.objectContaining({ code: 'SECRET_DAMAGED' });
  expect(() => old?.decrypt(sealed, 'connection y')).toThrow(damaged);
  expect(() => createCipher(second)?.decrypt(sealed, 'connection x')).toThrow(damaged);
  expect(() => createCipher(key('a'))?.decrypt(sealed, 'connection x')).toThrow(damaged);
  for (const at of [10, 30, sealed.length - 3]) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    expect(() => old?.decrypt(changed, 'connection x')).toThrow(damaged);
  }
});

test.each(['short:aGk=', 'nokey', `${key('a')},${'x'.repeat(20)}`, `a:${'!'.repeat(43)}=`])(
  '%s is no key',
  (keys) => {
    expect(() => createCipher(keys)).toThrow(expect.objectContaining({ code: 'SECRETS_KEYS_INVALID' }));
  },
);

test('two keys of one id are refused; no key is no cipher', () => {
  expect(() => createCipher(`${key('a')},${key('a')}`)).toThrow(/32 bytes/);
  expect(createCipher('')).toBeUndefined();
  expect(createCipher(undefined)).toBeUndefined();
});

const of = (values: Readonly<Record<string, string>>, asked: string[] = []): SecretsBackend => {
  const read = async (name: string): Promise<string | undefined> => {
    asked.push(name);
    return values[name];
  };
  return { getConnection: read, getVariable: read };
};

test('the first place that has it is asked last; the environment has both names', async () => {
  const env = envSecrets({
    AIRFLOW_VAR_DAY: 'airflow',
    SHOPWAVE_VAR_DAY: 'ours',
    AIRFLOW_CONN_DB: 'pg://h',
    VAR_X: 'x',
  });
  const asked: string[] = [];
  const chain = chainedSecrets([of({ first: '1', empty: '' }), env, of({ last: '3', day: 'store' }, asked)]);
  expect(await chain.getVariable('first')).toBe('1');
  expect(await chain.getVariable('empty')).toBe('');
  expect(await chain.getVariable('day')).toBe('ours');
  expect(await chain.getConnection('db')).toBe('pg://h');
  expect(asked).toEqual([]);
  expect([await chain.getVariable('last'), await chain.getVariable('x')]).toEqual(['3', undefined]);
});

test('answers are remembered for a while, failures are not', async () => {
  let now = 0;
  const asked: string[] = [];
  const values: Record<string, string> = { a: '1' };
  let isDown = true;
  const backend: SecretsBackend = {
    ...of(values, asked),
    getConnection: async () => {
      if (isDown) throw new Error('down');
      return 'up';
    },
  };
  const cached = cachedSecrets(backend, { clock: { ...systemClock, monotonicMs: () => now }, ttlMs: 100 });
  expect([await cached.getVariable('a'), await cached.getVariable('gone')]).toEqual(['1', undefined]);
  values['a'] = '2';
  now = 99;
  expect([await cached.getVariable('a'), await cached.getVariable('gone')]).toEqual(['1', undefined]);
  expect(asked).toEqual(['a', 'gone']);
  now = 101;
  expect(await cached.getVariable('a')).toBe('2');
  await expect(cached.getConnection('a')).rejects.toThrow('down');
  isDown = false;
  expect(await cached.getConnection('a')).toBe('up');
});

test('a variable is a text, a JSON that fits a schema, or a default', async () => {
  const secrets = createTaskSecrets(of({ limits: '{"rows": 3}', word: 'hunter2' }));
  expect(await secrets.getVariableJson('limits', z.object({ rows: z.int() }))).toEqual({ rows: 3 });
  expect(await secrets.getVariable('none', 'x')).toBe('x');
  await expect(secrets.getVariable('none')).rejects.toMatchObject({ code: 'VARIABLE_NOT_FOUND' });
  const wrong = { code: 'VARIABLE_INVALID', message: expect.not.stringContaining('hunter2') };
  await expect(secrets.getVariableJson('word', z.object({}))).rejects.toMatchObject(wrong);
  await expect(secrets.getVariableJson('limits', z.object({ rows: z.string() }))).rejects.toMatchObject(
    wrong,
  );
});
