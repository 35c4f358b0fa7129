import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { systemClock } from '../../../lib/clock.ts';
import { openS3Janitor, openS3Store } from '../../../ingest/landing/s3-store.ts';
import { useTestCredentials } from '../../support/s3-credentials.ts';
import { startS3Double } from '../../support/s3-double.ts';
import { describeObjectStore } from './suite.ts';

// A real server that a lane has started, with a bucket in it; the double otherwise.
const server = process.env['SHOPWAVE_TEST_S3'];
useTestCredentials();

describeObjectStore(server === undefined ? 'S3 (double)' : `S3 (${server})`, async () => {
  const spoolDir = await mkdtemp(path.join(os.tmpdir(), 'shopwave-spool-'));
  const double = server === undefined ? await startS3Double() : undefined;
  const prefix = `test/${randomBytes(6).toString('hex')}`;
  const options = {
    bucket: 'archive',
    prefix,
    region: 'eu-central-1',
    endpoint: double?.url ?? server ?? '',
    forcePathStyle: true,
    spoolDir,
    clock: systemClock,
    singlePutBytes: 5 * 1_048_576,
    partBytes: 5 * 1_048_576,
  };
  const store = await openS3Store(options);
  const rival = await openS3Store(options);
  return {
    store,
    rival: () => Promise.resolve(rival),
    janitor: openS3Janitor(options),
    spool: spoolDir,
    located: `s3://archive/${prefix}/a/b`,
    largeBytes: 11_000_000,
    [Symbol.asyncDispose]: async () => {
      store.close();
      rival.close();
      await double?.[Symbol.asyncDispose]();
      await rm(spoolDir, { recursive: true, force: true });
      if (double !== undefined && double.refused.length > 0) throw new Error(double.refused.join('\n'));
    },
  };
});
