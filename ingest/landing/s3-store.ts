import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { PassThrough, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { landingErrors } from './errors.ts';
import { checkedKey } from './object-key.ts';
import type { ArchiveJanitor, ObjectStore, PutOutcome, StagedObject } from './object-store.ts';
import { openBucket } from './s3-client.ts';
import type { Bucket, S3Options } from './s3-client.ts';
import { s3Errors, statusOf, typedS3Error } from './s3-errors.ts';
import { contentOf, putIfAbsent, withFileContent } from './s3-upload.ts';
import { openSpoolFile, sweepSpool } from './spool-file.ts';

export interface S3Store extends ObjectStore {
  /** Ends connections that are kept open. */
  readonly close: () => void;
}

/** The archive in a bucket that is there. What is staged lies in the spool folder until it is published. */
export async function openS3Store(options: S3Options): Promise<S3Store> {
  const bucket = openBucket(options);
  await mkdir(options.spoolDir, { recursive: true });
  await sweepSpool(options.spoolDir);
  await mustBeThere(bucket);
  return {
    locate: bucket.locate,
    stage: () => stageObject(bucket),
    put: async (key, body) => {
      const content = contentOf(typeof body === 'string' ? Buffer.from(body) : body);
      return await typed(bucket.locate(key), () => putIfAbsent(bucket, key, content));
    },
    get: async (key) => await orAbsent(bucket.locate(key), () => getWhole(bucket, key)),
    read: (key) => readObject(bucket, key),
    exists: async (key) => (await orAbsent(bucket.locate(key), () => head(bucket, key))) !== undefined,
    list: (prefix) => typed(locatePrefix(bucket, prefix), () => listKeys(bucket, prefix)),
    close: () => bucket.client.destroy(),
  };
}

/** What may remove compacted originals from a bucket; objects under retention are refused by S3 itself. */
export function openS3Janitor(options: S3Options): ArchiveJanitor {
  const bucket = openBucket(options);
  return {
    remove: (key) =>
      typed(bucket.locate(key), async () => {
        await bucket.client.send(new DeleteObjectCommand(address(bucket, key)));
      }),
  };
}

/** Asked once: later, an answer to HEAD would not tell a missing bucket from a missing object. */
async function mustBeThere({ client, options }: Bucket): Promise<void> {
  const where = `s3://${options.bucket}`;
  try {
    await client.send(new HeadBucketCommand({ Bucket: options.bucket }));
  } catch (error) {
    if (statusOf(error) !== 404) throw typedS3Error(error, where);
    throw s3Errors.error('ARCHIVE_S3_BUCKET_MISSING', { message: 'there is no such bucket', where });
  }
}

async function stageObject(bucket: Bucket): Promise<StagedObject> {
  const { spoolDir } = bucket.options;
  const spool = await typed(spoolDir, () => openSpoolFile(spoolDir));
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    write: (chunk) =>
      typed(spool.path, async () => {
        await spool.write(chunk);
        hash.update(chunk);
        bytes += chunk.length;
      }),
    publish: async (key) => {
      const where = bucket.locate(key);
      try {
        const facts = { bytes, sha256: hash.digest() };
        return await typed(where, () =>
          withFileContent(spool.path, facts, (content): Promise<PutOutcome> =>
            putIfAbsent(bucket, key, content),
          ),
        );
      } finally {
        await spool.remove();
      }
    },
    discard: () => typed(spool.path, spool.remove),
  };
}

async function getWhole(bucket: Bucket, key: string): Promise<Buffer> {
  const { Body } = await bucket.client.send(new GetObjectCommand(address(bucket, key)));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function readObject(bucket: Bucket, key: string): Promise<Readable> {
  const where = bucket.locate(key);
  const found = await orAbsent(where, () => bucket.client.send(new GetObjectCommand(address(bucket, key))));
  if (found === undefined) {
    throw landingErrors.error('LANDING_OBJECT_MISSING', { message: 'no such object', where });
  }
  const body = found.Body as Readable;
  // Destroyed by either end, both are; a connection that breaks half-way is an error like any other.
  const stream = new PassThrough({
    highWaterMark: 262_144,
    destroy: (error, done) => done(error === null ? null : typedS3Error(error, where)),
  });
  pipeline(body, stream, () => {});
  return stream;
}

async function head(bucket: Bucket, key: string): Promise<true> {
  await bucket.client.send(new HeadObjectCommand(address(bucket, key)));
  return true;
}

async function listKeys(bucket: Bucket, prefix: string): Promise<string[]> {
  const { bucket: Bucket, prefix: own } = bucket.options;
  const skip = own === undefined ? 0 : own.length + 1;
  const Prefix = own === undefined ? prefix : `${own}/${prefix}`;
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await bucket.client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix,
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      }),
    );
    // A name that ends in a slash is a folder that a console has drawn.
    for (const { Key = '/' } of page.Contents ?? []) if (!Key.endsWith('/')) keys.push(Key.slice(skip));
    ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
  return keys.sort();
}

function address({ options, keyOf }: Bucket, key: string): { Bucket: string; Key: string } {
  return { Bucket: options.bucket, Key: keyOf(checkedKey(key)) };
}

function locatePrefix({ options }: Bucket, prefix: string): string {
  return `s3://${[options.bucket, options.prefix, prefix].filter((part) => part !== undefined).join('/')}`;
}

async function orAbsent<T>(where: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const failure = typedS3Error(error, where);
    if (statusOf(error) === 404 && failure.code !== 'ARCHIVE_S3_BUCKET_MISSING') return undefined;
    throw failure;
  }
}

async function typed<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw typedS3Error(error, where);
  }
}
