import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { hashSecret } from '../../semantic/server/access/secret-hash.ts';
import { hashSqlSecret } from '../../semantic/server/access/sql-secret.ts';
import { cliErrors } from '../errors.ts';

const fewest = 12;

/** `shopwave access ...` */
export function addAccess(program: Command): void {
  const access = program.command('access').description('who may see which metrics');
  access
    .command('hash')
    .description('hash a secret, read from stdin, for a user in the access file')
    .option('--sql', 'as the sql_secret, with which SCRAM-SHA-256 lets in over the SQL API')
    .action(async ({ sql = false }: { sql?: boolean }) => {
      // From stdin, since arguments are seen by everybody on the machine and kept by the shell.
      const secret = (await text(process.stdin)).replace(/\r?\n$/, '');
      if (secret.length < fewest)
        throw cliErrors.error('CLI_SECRET_SHORT', {
          message: `a secret has at least ${fewest} characters; this one has ${secret.length}`,
        });
      process.stdout.write(`${await (sql ? hashSqlSecret(secret) : hashSecret(secret))}\n`);
    });
}
