import { StorageClass } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { messageOf } from '../../lib/errors.ts';
import type { S3Options } from './s3-client.ts';
import { s3Errors } from './s3-errors.ts';

/** Where an archive lies in S3 and how its objects are kept, as it is configured. */
export type S3Location = Pick<
  S3Options,
  'bucket' | 'prefix' | 'region' | 'endpoint' | 'forcePathStyle' | 'storageClass' | 'retention'
>;

const settings = z
  .strictObject({
    region: z.string().min(1).optional(),
    endpoint: z.url({ protocol: /^https?$/ }).optional(),
    'path-style': z.enum(['true', 'false']).optional(),
    'storage-class': z.enum(StorageClass).optional(),
    lock: z.enum(['GOVERNANCE', 'COMPLIANCE']).optional(),
    'lock-days': z.coerce.number().int().positive().max(36_500).optional(),
  })
  .refine((given) => (given.lock === undefined) === (given['lock-days'] === undefined), {
    error: 'lock and lock-days belong together',
  });

/** Reads `s3://bucket/prefix?region=eu-central-1&lock=GOVERNANCE&lock-days=2557`. */
export function parseS3Location(text: string): S3Location {
  try {
    const url = new URL(text);
    if (url.protocol !== 's3:' || url.username !== '' || url.hash !== '')
      throw new Error('expected s3://bucket/prefix');
    const bucket = z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .parse(url.hostname);
    const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, '');
    const given = settings.parse(Object.fromEntries(url.searchParams));
    return {
      bucket,
      ...(prefix === '' ? {} : { prefix }),
      ...(given.region === undefined ? {} : { region: given.region }),
      ...(given.endpoint === undefined ? {} : { endpoint: given.endpoint }),
      ...(given['path-style'] === undefined ? {} : { forcePathStyle: given['path-style'] === 'true' }),
      ...(given['storage-class'] === undefined ? {} : { storageClass: given['storage-class'] }),
      ...(given.lock === undefined || given['lock-days'] === undefined
        ? {}
        : { retention: { mode: given.lock, days: given['lock-days'] } }),
    };
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    // Not the address itself: somebody may have put keys into it.
    throw s3Errors.error('ARCHIVE_S3_LOCATION_INVALID', { message });
  }
}
