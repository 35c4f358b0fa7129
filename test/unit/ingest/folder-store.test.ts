import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFolderStore } from '../../../ingest/landing/folder-store.ts';
import { openNdjsonWriter } from '../../../ingest/landing/ndjson-writer.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-store-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const staged = (): Promise<string[]> => readdir(path.join(dir, '.staging'));

describe('folder store', () => {
  test('keeps the first object of a key and says so', async () => {
    const store = await openFolderStore(dir);
    expect(await store.put('manifests/shop/a.json', 'first')).toBe('created');
    expect(await store.put('manifests/shop/a.json', 'second')).toBe('exists');
    expect((await store.get('manifests/shop/a.json'))?.toString()).toBe('first');
    expect(await staged()).toEqual([]);
  });

  test('of many puts at once exactly one makes the object', async () => {
    const one = await openFolderStore(dir);
    const other = await openFolderStore(dir);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : other).put('data/x', `body ${index}`),
      ),
    );
    expect(outcomes.filter((each) => each === 'created')).toHaveLength(1);
    const winner = outcomes.indexOf('created');
    expect(await readFile(path.join(dir, 'data/x'), 'utf8')).toBe(`body ${winner}`);
  });

  test('staged bytes are invisible until published, and gone when discarded', async () => {
    const store = await openFolderStore(dir);
    const object = await store.stage();
    await object.write(Buffer.from('half'));
    expect(await store.list('')).toEqual([]);
    expect(await store.exists('data/y')).toBe(false);
    await object.discard();
    await object.discard();
    expect(await staged()).toEqual([]);
  });

  test('opening clears what dead processes left and leaves the living alone', async () => {
    const store = await openFolderStore(dir);
    const living = await store.stage();
    // Larger than any process id Linux hands out.
    await writeFile(path.join(dir, '.staging', '99999999-dead'), 'left over');
    await openFolderStore(dir);
    expect(await staged()).toHaveLength(1);
    expect(await living.publish('data/z')).toBe('created');
  });

  test('lists a prefix in order, reads, and locates', async () => {
    const store = await openFolderStore(dir);
    for (const key of ['m/b/2', 'm/a/1', 'm/b/1', 'n/1']) await store.put(key, key);
    expect(await store.list('m/b/')).toEqual(['m/b/1', 'm/b/2']);
    expect(await store.list('m/')).toEqual(['m/a/1', 'm/b/1', 'm/b/2']);
    expect(await store.list('none/')).toEqual([]);
    expect(store.locate('m/b/2')).toBe(path.join(dir, 'm', 'b', '2'));
    expect(await store.get('m/c')).toBeUndefined();
    await expect(store.read('m/c')).rejects.toMatchObject({ code: 'LANDING_OBJECT_MISSING' });
  });

  test.each(['../up', '/root', 'a//b', 'a/../b', '.staging/x', 'a b', ''])(
    'refuses the key %j',
    async (key) => {
      const store = await openFolderStore(dir);
      await expect(store.put(key, 'x')).rejects.toMatchObject({ code: 'LANDING_KEY_INVALID' });
      expect(await staged()).toEqual([]);
    },
  );

  test('a folder that cannot be used is a typed error that names it', async () => {
    await writeFile(path.join(dir, 'file'), '');
    await expect(openFolderStore(path.join(dir, 'file'))).rejects.toMatchObject({
      code: 'LANDING_NOT_WRITABLE',
    });
    if (process.getuid?.() === 0) return;
    await mkdir(path.join(dir, 'closed'));
    await chmod(path.join(dir, 'closed'), 0o555);
    await expect(openFolderStore(path.join(dir, 'closed'))).rejects.toMatchObject({
      code: 'LANDING_NOT_WRITABLE',
    });
  });
});

describe('ndjson writer', () => {
  test('counts and hashes exactly the bytes that it publishes', async () => {
    const store = await openFolderStore(dir);
    const writer = await openNdjsonWriter(store);
    let text = '';
    for (let index = 0; index < 20_000; index += 1) {
      const line = `{"n":${index},"text":"${'ü'.repeat(index % 50)}"}\n`;
      text += line;
      writer.add(line, 1);
      await writer.drain();
    }
    const facts = await writer.finish();
    expect(await store.list('')).toEqual([]);
    expect(await writer.publish('data/f.ndjson.gz')).toBe('created');
    const bytes = await readFile(path.join(dir, 'data/f.ndjson.gz'));
    expect(facts).toEqual({
      rows: 20_000,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(gunzipSync(bytes).toString()).toBe(text);
  });

  test('the same lines make the same bytes, so the same content has the same key', async () => {
    const store = await openFolderStore(dir);
    const write = async (): Promise<string> => {
      const writer = await openNdjsonWriter(store);
      writer.add('{"a":1}\n', 1);
      const { sha256 } = await writer.finish();
      await writer.discard();
      return sha256;
    };
    expect(await write()).toBe(await write());
  });

  test('a disk that fails surfaces as an error of drain or finish, and nothing becomes visible', async () => {
    const store = await openFolderStore(dir);
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const broken = {
      ...store,
      stage: async () => ({ ...(await store.stage()), write: () => Promise.reject(full) }),
    };
    const writer = await openNdjsonWriter(broken);
    const fill = async (): Promise<void> => {
      for (let index = 0; index < 200; index += 1) {
        writer.add(`${index}${Math.sqrt(index)}`.repeat(5000), 1);
        await writer.drain();
      }
      await writer.finish();
    };
    await expect(fill()).rejects.toBe(full);
    await writer.discard();
    expect(await store.list('')).toEqual([]);
    expect(await staged()).toEqual([]);
  });
});
