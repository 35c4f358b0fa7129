import { expect, test } from 'vitest';
import { Parts } from '../../../cli/parts.ts';

test('a part is opened once, with what it needs, and closed before what it needs', async () => {
  const parts = new Parts();
  const log: string[] = [];
  const database = parts.add('database', async (own) => {
    own(() => void log.push('close database'));
    log.push('open database');
    return 'db';
  });
  const service = parts.add('service', async (own) => {
    const db = await database();
    own(() => void log.push('close service'));
    return `${db}+service`;
  });
  expect(await Promise.all([service(), service()])).toEqual(['db+service', 'db+service']);
  await Promise.all([parts.close(), parts.close()]);
  expect(log).toEqual(['open database', 'close service', 'close database']);
});

test('a part that failed to open is tried again, and closing waits for one that is coming up', async () => {
  const parts = new Parts();
  let attempts = 0;
  const flaky = parts.add('flaky', async () => {
    attempts += 1;
    if (attempts === 1) throw new Error('not yet');
    return attempts;
  });
  await expect(flaky()).rejects.toThrow('not yet');
  expect(parts.isOpen('flaky')).toBe(false);
  expect(await flaky()).toBe(2);

  let finish = (): void => {};
  let isClosed = false;
  const slow = parts.add('slow', async (own) => {
    await new Promise<void>((resolve) => (finish = resolve));
    own(() => void (isClosed = true));
  });
  const opening = slow();
  const closing = parts.close();
  finish();
  await Promise.all([opening, closing]);
  expect(isClosed).toBe(true);
  await expect(parts.add('late', async () => 1)()).rejects.toThrow('closing');
});
