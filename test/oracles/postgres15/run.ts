import { spawn } from 'node:child_process';
import process from 'node:process';
import { isAvailable } from './server.ts';

// Runs the tests of capture against PostgreSQL 15 as Debian builds it, through TLS, and with a role that may do little.

async function main(): Promise<number> {
  if (!(await isAvailable())) {
    process.stdout.write(
      'SKIPPED: this machine has no PostgreSQL 15 in /usr/lib/postgresql/15, or no openssl.\nNOTHING WAS RUN AGAINST POSTGRESQL 15.\n',
    );
    return 0;
  }
  const args = [
    'vitest',
    'run',
    '--config',
    'test/oracles/postgres15/vitest.config.ts',
    ...process.argv.slice(2),
  ];
  const child = spawn('npx', args, { stdio: 'inherit' });
  return await new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

process.exitCode = await main();
