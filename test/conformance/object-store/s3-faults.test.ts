import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../lib/clock.ts';
import { verifyFile } from '../../../ingest/landing/chain.ts';
import { openS3Janitor, openS3Store } from '../../../ingest/landing/s3-store.ts';
import type { S3Options } from '../../../ingest/landing/s3-client.ts';
import { useTestCredentials } from '../../support/s3-credentials.ts';
import { startS3Double } from '../../support/s3-double.ts';

useTestCredentials();

const partBytes = 5 * 1_048_576;
const large = randomBytes(2 * partBytes + 77);

/** Where an answer does not come; long enough for one that does, on a busy machine. */
const impatient = { requestTimeoutMs: 1_000, maxAttempts: 6 };

async function openRig(changes: Partial<S3Options> = {}) {
  const double = await startS3Double();
  const spoolDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-spool-'));
  const options: S3Options = {
    bucket: double.bucket,
    region: 'eu-central-1',
    endpoint: double.url,
    forcePathStyle: true,
    spoolDir,
    clock: systemClock,
    maxAttempts: 3,
    requestTimeoutMs: 30_000,
    singlePutBytes: partBytes,
    partBytes,
    ...changes,
  };
  const open = () => openS3Store(options);
  return {
    double,
    options,
    open,
    [Symbol.asyncDispose]: async () => {
      await double[Symbol.asyncDispose]();
      await rm(spoolDir, { recursive: true, force: true });
      expect(double.refused).toEqual([]);
    },
  };
}

async function putLarge(store: Awaited<ReturnType<typeof openS3Store>>, key: string) {
  const staged = await store.stage();
  try {
    await staged.write(large);
    return await staged.publish(key);
  } finally {
    await staged.discard();
  }
}

const failed = { code: 'InternalError', status: 500 } as const;
const slow = { code: 'SlowDown', status: 503 } as const;

describe('an upload to S3', () => {
  test.each([
    ['fails once', { on: 'PutObject', ...failed }],
    ['is slowed down', { on: 'PutObject', ...slow }],
    ['is cut half-way', { on: 'PutObject', reset: true }],
    ['meets another to the same key', { on: 'PutObject', code: 'ConditionalRequestConflict', status: 409 }],
    ['has succeeded, and nobody said so', { on: 'PutObject', silent: true }],
  ] as const)('that %s is made once, and is ours', async (_, fault) => {
    await using rig = await openRig('silent' in fault ? impatient : {});
    const store = await rig.open();
    rig.double.inject(fault);
    expect(await store.put('a', 'body')).toBe('created');
    expect(await store.put('a', 'body')).toBe('exists');
    expect(rig.double.objects.get('a')?.body.toString()).toBe('body');
  });

  test('whose answer was lost, while a rival had the key, is not ours', async () => {
    await using rig = await openRig(impatient);
    const store = await rig.open();
    await store.put('a', 'same');
    rig.double.inject({ on: 'PutObject', silent: true });
    expect(await store.put('a', 'same')).toBe('exists');
  });

  test.each([
    ['a part fails', { on: 'UploadPart', ...failed }],
    ['a part is slowed down', { on: 'UploadPart', ...slow }],
    ['a part is cut half-way', { on: 'UploadPart', reset: true }],
    ['a part has arrived, and nobody said so', { on: 'UploadPart', silent: true }],
    ['its end is refused once', { on: 'CompleteMultipartUpload', ...failed }],
    [
      'its end meets another',
      { on: 'CompleteMultipartUpload', code: 'ConditionalRequestConflict', status: 409 },
    ],
    ['it is complete, and nobody said so', { on: 'CompleteMultipartUpload', silent: true }],
  ] as const)('in parts of which %s is made once, and is ours', async (_, fault) => {
    await using rig = await openRig('silent' in fault ? impatient : {});
    const store = await rig.open();
    rig.double.inject(fault);
    expect(await putLarge(store, 'big')).toBe('created');
    expect(await putLarge(store, 'big')).toBe('exists');
    const [body] = [...rig.double.objects.values()].map((each) => each.body);
    expect(body?.equals(large)).toBe(true);
    expect(rig.double.uploads.size).toBe(0);
    expect(await readdir(rig.options.spoolDir)).toEqual([]);
  });

  test('in parts that goes on failing is given up and aborted: typed, worth another try, nothing visible', async () => {
    await using rig = await openRig();
    const store = await rig.open();
    rig.double.inject({ on: 'UploadPart', ...failed }, 9);
    await expect(putLarge(store, 'big')).rejects.toMatchObject({
      code: 'ARCHIVE_S3_FAILED',
      retryable: true,
      where: 's3://archive/big',
    });
    expect(rig.double.uploads.size).toBe(0);
    expect(await store.list('')).toEqual([]);
    expect(await readdir(rig.options.spoolDir)).toEqual([]);
  });

  test('is sent in as many parts as it has, and only where it is large', async () => {
    await using rig = await openRig();
    const store = await rig.open();
    await store.put('small', randomBytes(partBytes));
    await putLarge(store, 'big');
    const sent = rig.double.log.filter((each) => each !== 'HeadBucket');
    expect(sent.filter((each) => each === 'UploadPart')).toHaveLength(3);
    expect(sent.filter((each) => each === 'PutObject')).toHaveLength(1);
  });

  test('carries class and retention where they are configured, in both ways in', async () => {
    const now = new Date('2026-01-01T00:00:00Z');
    await using rig = await openRig({
      storageClass: 'GLACIER_IR',
      retention: { mode: 'GOVERNANCE', days: 2557 },
      clock: { ...systemClock, now: () => now },
    });
    const store = await rig.open();
    await store.put('small', 'x');
    await putLarge(store, 'big');
    for (const key of ['small', 'big']) {
      expect(rig.double.objects.get(key)?.kept).toEqual({
        'x-amz-storage-class': 'GLACIER_IR',
        'x-amz-object-lock-mode': 'GOVERNANCE',
        'x-amz-object-lock-retain-until-date': '2033-01-01T00:00:00Z',
      });
    }
  });
});

describe('an error of S3', () => {
  test.each([
    ['AccessDenied', 403, 'ARCHIVE_S3_DENIED', false],
    ['ExpiredToken', 400, 'ARCHIVE_S3_NO_CREDENTIALS', false],
    ['PermanentRedirect', 301, 'ARCHIVE_S3_WRONG_REGION', false],
    ['NoSuchBucket', 404, 'ARCHIVE_S3_BUCKET_MISSING', false],
    ['InvalidObjectState', 403, 'ARCHIVE_S3_NOT_STORED_ONLINE', false],
    ['SlowDown', 503, 'ARCHIVE_S3_THROTTLED', true],
    ['InternalError', 500, 'ARCHIVE_S3_FAILED', true],
    ['InvalidRequest', 400, 'ARCHIVE_S3_REFUSED', false],
  ] as const)('%s (%i) is %s', async (code, status, expected, retryable) => {
    await using rig = await openRig();
    const store = await rig.open();
    rig.double.inject({ on: 'GetObject', code, status }, 3);
    const where = 's3://archive/a';
    await expect(store.get('a')).rejects.toMatchObject({ code: expected, retryable, where });
  });

  test('a bucket that is not there stops at the door', async () => {
    await using rig = await openRig({ bucket: 'another' });
    await expect(rig.open()).rejects.toMatchObject({ code: 'ARCHIVE_S3_BUCKET_MISSING', retryable: false });
  });

  test('rights that are missing at the door say what S3 answered', async () => {
    await using rig = await openRig();
    rig.double.inject({ on: 'HeadBucket', code: 'AccessDenied', status: 403 });
    await expect(rig.open()).rejects.toMatchObject({ code: 'ARCHIVE_S3_DENIED', where: 's3://archive' });
  });

  test('nobody there is worth another try', async () => {
    await using rig = await openRig({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
    await expect(rig.open()).rejects.toMatchObject({ code: 'ARCHIVE_S3_UNREACHABLE', retryable: true });
  });

  test('an answer that never comes is waited for no longer than configured', async () => {
    await using rig = await openRig({ ...impatient, maxAttempts: 1 });
    const store = await rig.open();
    rig.double.inject({ on: 'GetObject', silent: true });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ARCHIVE_S3_UNREACHABLE', retryable: true });
  });

  test('credentials that are nowhere to be found', async () => {
    await using rig = await openRig();
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/dev/null');
    try {
      await expect(rig.open()).rejects.toMatchObject({
        code: 'ARCHIVE_S3_NO_CREDENTIALS',
        retryable: false,
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('a read from S3', () => {
  test('that is cut half-way fails, typed, instead of ending early', async () => {
    await using rig = await openRig();
    const store = await rig.open();
    await store.put('a', randomBytes(200_000));
    rig.double.inject({ on: 'GetObject', reset: true });
    const drain = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of (await store.read('a')) as AsyncIterable<Buffer>) bytes += chunk.length;
      return bytes;
    };
    await expect(drain()).rejects.toMatchObject({ code: 'ARCHIVE_S3_UNREACHABLE', retryable: true });
    expect(await drain()).toBe(200_000);
  });

  test('of bytes that changed on the way does not pass', async () => {
    await using rig = await openRig();
    const store = await rig.open();
    const body = randomBytes(200_000);
    await store.put('a', body);
    rig.double.inject({ on: 'GetObject', flip: true }, 2);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'ARCHIVE_S3_DAMAGED', retryable: true });
    const sha256 = createHash('sha256').update(body).digest('hex');
    const file = {
      key: 'a',
      table: 't',
      rows: 1,
      bytes: body.length,
      sha256,
      minPosition: '',
      maxPosition: '',
    };
    await expect(verifyFile(store, file)).rejects.toMatchObject({ code: 'ARCHIVE_S3_DAMAGED' });
    await verifyFile(store, file);
  });

  test('the janitor meets retention as an error of rights', async () => {
    await using rig = await openRig();
    rig.double.inject({ on: 'DeleteObject', code: 'AccessDenied', status: 403 });
    await expect(openS3Janitor(rig.options).remove('a')).rejects.toMatchObject({ code: 'ARCHIVE_S3_DENIED' });
  });
});
