import { S3Client } from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, StorageClass } from '@aws-sdk/client-s3';
import type { Clock } from '../../lib/clock.ts';
import { checkedKey } from './object-key.ts';

export interface S3Options {
  readonly bucket: string;
  /** Put before every key, without slashes at its ends; the whole bucket unless given. */
  readonly prefix?: string;
  /** From AWS_REGION or the profile unless given. */
  readonly region?: string;
  /** Another S3 than Amazon's, or a private endpoint of theirs. */
  readonly endpoint?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  readonly forcePathStyle?: boolean;
  /** What new objects are kept in; the bucket's rule unless given. */
  readonly storageClass?: StorageClass;
  /** Object Lock on every new object; the bucket must have been made with it. */
  readonly retention?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
  /** Local folder for what is on its way; files larger than memory pass through it. */
  readonly spoolDir: string;
  readonly clock: Clock;
  /** Tries of one request, with backoff between them. */
  readonly maxAttempts?: number;
  /** Of one request with its answer. */
  readonly requestTimeoutMs?: number;
  /** Objects up to this size are one request; 16 MiB unless given. */
  readonly singlePutBytes?: number;
  /** Of a multipart upload; at least 5 MiB, 16 MiB unless given. */
  readonly partBytes?: number;
}

/** One bucket, with what every request to it has in common. */
export interface Bucket {
  readonly client: S3Client;
  readonly options: S3Options;
  readonly keyOf: (key: string) => string;
  /** `s3://bucket/prefix/key`. */
  readonly locate: (key: string) => string;
}

const mebibyte = 1_048_576;

/** Sizes that hold where none are given. */
export const defaultSizes = { singlePutBytes: 16 * mebibyte, partBytes: 16 * mebibyte } as const;

/** Nothing is sent yet. Credentials come from the SDK's own chain alone: they are no option, so that none can be logged. */
export function openBucket(options: S3Options): Bucket {
  const { bucket, prefix, region, endpoint, forcePathStyle = false } = options;
  const timeout = options.requestTimeoutMs ?? 120_000;
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle,
    maxAttempts: options.maxAttempts ?? 6,
    // Every upload carries a SHA-256 that was computed before it began. The SDK's own would be sent in chunked framing,
    // which servers that only resemble S3 store as if it were content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: Math.min(10_000, timeout),
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
      socketTimeout: timeout,
    },
  });
  const keyOf = (key: string): string => (prefix === undefined ? key : `${prefix}/${key}`);
  const checked = (key: string): string => keyOf(checkedKey(key));
  return { client, options, keyOf: checked, locate: (key) => `s3://${bucket}/${checked(key)}` };
}

type Kept = Pick<PutObjectCommandInput, 'StorageClass' | 'ObjectLockMode' | 'ObjectLockRetainUntilDate'>;

/** How new objects are kept. */
export function keeping({ storageClass, retention, clock }: S3Options): Kept {
  return {
    ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
    ...(retention === undefined
      ? {}
      : {
          ObjectLockMode: retention.mode,
          ObjectLockRetainUntilDate: new Date(clock.now().getTime() + retention.days * 86_400_000),
        }),
  };
}
