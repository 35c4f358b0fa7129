import { createHash, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { PutOutcome } from './object-store.ts';
import { defaultSizes, keeping } from './s3-client.ts';
import type { Bucket } from './s3-client.ts';
import { nameOf, statusOf } from './s3-errors.ts';

/** Bytes to upload, known whole before the first of them is sent. */
export interface Content {
  readonly bytes: number;
  /** Of all of them. */
  readonly sha256: Buffer;
  readonly slice: (from: number, length: number) => Promise<Uint8Array>;
}

/** S3's own limit. */
const maximumParts = 10_000;
const partsAtOnce = 3;
const conflictTries = 5;

/** Content of memory. */
export function contentOf(body: Uint8Array): Content {
  return {
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest(),
    slice: (from, length) => Promise.resolve(body.subarray(from, from + length)),
  };
}

/** Content of a file, of which a slice at a time is in memory. */
export async function withFileContent<T>(
  file: string,
  facts: Pick<Content, 'bytes' | 'sha256'>,
  work: (content: Content) => Promise<T>,
): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await work({ ...facts, slice: (from, length) => sliceOf(handle, from, length) });
  } finally {
    await handle.close();
  }
}

async function sliceOf(handle: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, from + filled);
    if (bytesRead === 0) throw new Error(`the spooled file ended after ${from + filled} bytes`);
    filled += bytesRead;
  }
  return buffer;
}

/**
 * Puts an object under a key that must be free. Each call marks its object with an id of its own: a request that
 * succeeded though its answer was lost is refused when it is sent again, and the mark tells whose object stands there.
 */
export async function putIfAbsent(bucket: Bucket, key: string, content: Content): Promise<PutOutcome> {
  const upload = { bucket, key, content, mark: randomUUID() };
  const isSingle = content.bytes <= (bucket.options.singlePutBytes ?? defaultSizes.singlePutBytes);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await (isSingle ? putWhole(upload) : putInParts(upload));
      return 'created';
    } catch (error) {
      const outcome = await standing(upload, error);
      if (outcome !== undefined) return outcome;
      // Another write to the key was under way: S3 wants all of it sent again.
      if (statusOf(error) !== 409 || attempt === conflictTries) throw error;
      await bucket.options.clock.sleep(50 * 2 ** attempt);
    }
  }
}

interface Upload {
  readonly bucket: Bucket;
  readonly key: string;
  readonly content: Content;
  readonly mark: string;
}

/** What is common to both ways of making the object. */
function heading({ bucket, key, content, mark }: Upload) {
  return {
    Bucket: bucket.options.bucket,
    Key: bucket.keyOf(key),
    ...keeping(bucket.options),
    Metadata: { sha256: content.sha256.toString('hex'), upload: mark },
  };
}

async function putWhole(upload: Upload): Promise<void> {
  const { bucket, content } = upload;
  await bucket.client.send(
    new PutObjectCommand({
      ...heading(upload),
      Body: await content.slice(0, content.bytes),
      ContentLength: content.bytes,
      ChecksumSHA256: content.sha256.toString('base64'),
      IfNoneMatch: '*',
    }),
  );
}

async function putInParts(upload: Upload): Promise<void> {
  const { client } = upload.bucket;
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...heading(upload), ChecksumAlgorithm: 'SHA256' }),
  );
  const address = { Bucket: upload.bucket.options.bucket, Key: upload.bucket.keyOf(upload.key), UploadId };
  try {
    const parts = await sendParts(upload, address);
    await client.send(
      new CompleteMultipartUploadCommand({
        ...address,
        MultipartUpload: { Parts: parts },
        IfNoneMatch: '*',
      }),
    );
  } catch (error) {
    // What a process that died leaves is ended by the bucket's rule for incomplete uploads.
    await client.send(new AbortMultipartUploadCommand(address)).catch(() => {});
    throw error;
  }
}

async function sendParts(
  { bucket, content }: Upload,
  address: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined },
): Promise<CompletedPart[]> {
  const wanted = bucket.options.partBytes ?? defaultSizes.partBytes;
  const size = Math.max(wanted, Math.ceil(content.bytes / maximumParts));
  const count = Math.ceil(content.bytes / size);
  const parts: CompletedPart[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const from = index * size;
      const Body = await content.slice(from, Math.min(size, content.bytes - from));
      const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64');
      const PartNumber = index + 1;
      const sent = await bucket.client.send(
        new UploadPartCommand({ ...address, PartNumber, Body, ContentLength: Body.length, ChecksumSHA256 }),
      );
      parts[index] = { PartNumber, ETag: sent.ETag, ChecksumSHA256 };
    }
  };
  const workers = Array.from({ length: Math.min(partsAtOnce, count) }, work);
  // All of them, also after one has failed: a part that arrives after the abort would be stored and paid for.
  const failed = (await Promise.allSettled(workers)).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return parts;
}

/** Whether the object is there after all, by whose hand; undefined where the error stands. */
async function standing({ bucket, key, mark }: Upload, error: unknown): Promise<PutOutcome | undefined> {
  // A completed upload is forgotten: completing it again finds none.
  if (statusOf(error) !== 412 && nameOf(error) !== 'NoSuchUpload') return undefined;
  const found = await bucket.client
    .send(new HeadObjectCommand({ Bucket: bucket.options.bucket, Key: bucket.keyOf(key) }))
    .catch((missing: unknown) => {
      if (statusOf(missing) === 404) return undefined;
      throw missing;
    });
  if (found === undefined) return undefined;
  return found.Metadata?.['upload'] === mark ? 'created' : 'exists';
}
