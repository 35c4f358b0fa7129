import { spawn } from 'node:child_process';
import process from 'node:process';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { useTestCredentials } from '../../support/s3-credentials.ts';
import { installMoto, startMoto } from './server.ts';

// Runs the conformance suites of the archive and of the secrets backend against an S3 and a Secrets Manager that others
// have written (moto, from PyPI).

async function main(): Promise<number> {
  const python = await installMoto();
  if (python === undefined) {
    process.stdout.write(
      'SKIPPED: moto could not be installed (no Python 3, or its package index does not answer).\nNOTHING WAS RUN AGAINST A FOREIGN S3 AND SECRETS MANAGER.\n',
    );
    return 0;
  }
  const server = await startMoto(python);
  try {
    await makeBucket(server.url);
    return await runSuite(server.url);
  } finally {
    await server.stop();
  }
}

async function makeBucket(endpoint: string): Promise<void> {
  useTestCredentials();
  const client = new S3Client({ endpoint, region: 'eu-central-1', forcePathStyle: true });
  await client.send(
    new CreateBucketCommand({
      Bucket: 'archive',
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  client.destroy();
}

async function runSuite(url: string): Promise<number> {
  const files = [
    'test/conformance/object-store/s3-store.test.ts',
    'test/conformance/secrets/secrets-manager.test.ts',
  ];
  const args = ['vitest', 'run', '--project', 'integration', ...files, '--reporter=verbose'];
  const env = { ...process.env, SHOPWAVE_TEST_S3: url, SHOPWAVE_TEST_SECRETS_MANAGER: url };
  const child = spawn('npx', args, { stdio: 'inherit', env });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();
