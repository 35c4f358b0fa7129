import { S3ServiceException } from '@aws-sdk/client-s3';
import { errorCatalog, messageOf, ShopwaveError } from '../../lib/errors.ts';

/** What can go wrong between the platform and an archive in S3. */
export const s3Errors = errorCatalog({
  ARCHIVE_S3_LOCATION_INVALID: {
    summary: 'The address of the archive in S3 cannot be read.',
    remedy:
      'Write s3://bucket/prefix, with ?region=, endpoint=, path-style=true, storage-class=, lock= and lock-days= as needed; credentials are never part of it.',
    retryable: false,
  },
  ARCHIVE_S3_BUCKET_MISSING: {
    summary: 'The bucket of the archive does not exist.',
    remedy: 'Create the bucket (infra/), or correct its name; the platform creates none by itself.',
    retryable: false,
  },
  ARCHIVE_S3_DENIED: {
    summary: 'S3 refused the request for want of rights.',
    remedy:
      'Give this role s3:ListBucket, s3:GetObject, s3:PutObject and s3:AbortMultipartUpload on bucket and prefix, and kms:GenerateDataKey and kms:Decrypt where the bucket is encrypted with a key.',
    retryable: false,
  },
  ARCHIVE_S3_NO_CREDENTIALS: {
    summary: 'No AWS credentials were found, or they have expired.',
    remedy:
      'Give the process a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; they are read nowhere else.',
    retryable: false,
  },
  ARCHIVE_S3_WRONG_REGION: {
    summary: 'The bucket lies in another region than the one configured.',
    remedy: 'Set the region of the bucket.',
    retryable: false,
  },
  ARCHIVE_S3_THROTTLED: {
    summary: 'S3 asked to slow down, and went on to do so.',
    remedy: 'Nothing to do: the step is tried again by itself. If it stays, spread the load over prefixes.',
    retryable: true,
  },
  ARCHIVE_S3_UNREACHABLE: {
    summary: 'S3 could not be reached, or the connection broke or timed out.',
    remedy: 'Nothing was lost: the step is tried again by itself. If it stays, look at network and endpoint.',
    retryable: true,
  },
  ARCHIVE_S3_FAILED: {
    summary: 'S3 failed on its side.',
    remedy: 'Nothing was lost: the step is tried again by itself.',
    retryable: true,
  },
  ARCHIVE_S3_DAMAGED: {
    summary: 'Bytes that went to S3 or came from it do not have their checksum.',
    remedy: 'The step is tried again by itself. If it repeats, restore the object from another copy.',
    retryable: true,
  },
  ARCHIVE_S3_NOT_STORED_ONLINE: {
    summary: 'The object is in a storage class that must be restored before it can be read.',
    remedy: 'Restore it with `aws s3api restore-object`, wait until that is done, and run the command again.',
    retryable: false,
  },
  ARCHIVE_S3_REFUSED: {
    summary: 'S3 refused a request as wrong.',
    remedy: 'Read the message; the endpoint may not be S3, or not one that knows conditional writes.',
    retryable: false,
  },
});

type Code = keyof typeof s3Errors.kinds;

/** By S3's own code, which error responses carry, and by the names that the SDK gives what never got an answer. */
const byName: Readonly<Record<string, Code>> = {
  NoSuchBucket: 'ARCHIVE_S3_BUCKET_MISSING',
  AccessDenied: 'ARCHIVE_S3_DENIED',
  AllAccessDisabled: 'ARCHIVE_S3_DENIED',
  InvalidAccessKeyId: 'ARCHIVE_S3_NO_CREDENTIALS',
  SignatureDoesNotMatch: 'ARCHIVE_S3_NO_CREDENTIALS',
  ExpiredToken: 'ARCHIVE_S3_NO_CREDENTIALS',
  InvalidToken: 'ARCHIVE_S3_NO_CREDENTIALS',
  CredentialsProviderError: 'ARCHIVE_S3_NO_CREDENTIALS',
  PermanentRedirect: 'ARCHIVE_S3_WRONG_REGION',
  AuthorizationHeaderMalformed: 'ARCHIVE_S3_WRONG_REGION',
  IllegalLocationConstraintException: 'ARCHIVE_S3_WRONG_REGION',
  SlowDown: 'ARCHIVE_S3_THROTTLED',
  RequestTimeout: 'ARCHIVE_S3_UNREACHABLE',
  TimeoutError: 'ARCHIVE_S3_UNREACHABLE',
  AbortError: 'ARCHIVE_S3_UNREACHABLE',
  BadDigest: 'ARCHIVE_S3_DAMAGED',
  XAmzContentSHA256Mismatch: 'ARCHIVE_S3_DAMAGED',
  XAmzContentChecksumMismatch: 'ARCHIVE_S3_DAMAGED',
  InvalidObjectState: 'ARCHIVE_S3_NOT_STORED_ONLINE',
};

const byStatus: Readonly<Record<number, Code>> = {
  301: 'ARCHIVE_S3_WRONG_REGION',
  403: 'ARCHIVE_S3_DENIED',
  409: 'ARCHIVE_S3_FAILED',
  429: 'ARCHIVE_S3_THROTTLED',
  503: 'ARCHIVE_S3_THROTTLED',
};

/** Gives whatever the SDK throws its stable code; typed errors pass through. */
export function typedS3Error(error: unknown, where: string): ShopwaveError {
  if (error instanceof ShopwaveError) return error;
  const name = nameOf(error);
  const told = messageOf(error);
  // An answer without a body (to a HEAD) leaves the SDK with nothing but a placeholder.
  const message = told === '' || told === 'UnknownError' ? `S3 answered ${statusOf(error) ?? name}` : told;
  return s3Errors.error(codeOf(error), {
    message: message.startsWith(name) ? message : `${name}: ${message}`,
    where,
    cause: error,
  });
}

function codeOf(error: unknown): Code {
  const named = byName[nameOf(error)];
  if (named !== undefined) return named;
  if (/checksum mismatch/i.test(messageOf(error))) return 'ARCHIVE_S3_DAMAGED';
  const status = statusOf(error);
  if (status === undefined) return 'ARCHIVE_S3_UNREACHABLE';
  return byStatus[status] ?? (status >= 500 ? 'ARCHIVE_S3_FAILED' : 'ARCHIVE_S3_REFUSED');
}

/** The status of S3's answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

/** S3's name for an error. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
