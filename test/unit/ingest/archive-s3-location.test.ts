import { expect, test } from 'vitest';
import { parseS3Location } from '../../../ingest/landing/s3-location.ts';

test.each<[string, object]>([
  ['s3://archive', { bucket: 'archive' }],
  ['s3://archive/', { bucket: 'archive' }],
  [
    's3://my-archive/shopwave/prod/?region=eu-central-1&storage-class=GLACIER_IR&lock=GOVERNANCE&lock-days=2557',
    {
      bucket: 'my-archive',
      prefix: 'shopwave/prod',
      region: 'eu-central-1',
      storageClass: 'GLACIER_IR',
      retention: { mode: 'GOVERNANCE', days: 2557 },
    },
  ],
  [
    's3://archive?endpoint=http://127.0.0.1:9000&path-style=true',
    { bucket: 'archive', endpoint: 'http://127.0.0.1:9000', forcePathStyle: true },
  ],
])('%s', (text, expected) => {
  expect(parseS3Location(text)).toEqual(expected);
});

test.each([
  '/var/archive',
  's3://',
  's3://AKIASECRETKEY:secret@archive',
  's3://archive?access-key=AKIASECRETKEY',
  's3://archive?lock=COMPLIANCE',
  's3://archive?lock=FOREVER&lock-days=1',
  's3://archive?storage-class=CHEAP',
  's3://archive?endpoint=ftp://x',
])('%s is refused, without repeating it', (text) => {
  const refused = expect.objectContaining({ code: 'ARCHIVE_S3_LOCATION_INVALID' }) as Error;
  expect(() => parseS3Location(text)).toThrow(refused);
  expect(() => parseS3Location(text)).not.toThrow(/AKIASECRETKEY:secret|=AKIA/);
});
