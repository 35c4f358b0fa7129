import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { silentLogger } from '../../../lib/logger.ts';
import { openAccess } from '../../../semantic/server/access/access.ts';
import { hashSecret } from '../../../semantic/server/access/secret-hash.ts';
import { hashSqlSecret } from '../../../semantic/server/access/sql-secret.ts';
import { startGateway } from '../../integration/sql/gateway.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { askByJdbc } from './jdbc.ts';
import { askByOdbc } from './odbc.ts';
import { askByPsql } from './psql.ts';
import { askByPython } from './python.ts';
import { tell } from './report.ts';
import type { ClientReport } from './report.ts';

// Asks the SQL API, over TLS and with SCRAM, by clients that others have written, over the golden shop.

const password = 'a secret of hers';

async function main(): Promise<number> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-sql-clients-'));
  const files = { certificate: path.join(folder, 'server.crt'), key: path.join(folder, 'server.key') };
  const { certificate, key } = selfSigned();
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key);
  const access = path.join(folder, 'access.yml');
  const [secret, sql] = await Promise.all([hashSecret(password), hashSqlSecret(password)]);
  await writeFile(
    access,
    `roles: { all: { sees: ['*'] } }
groups: { analysts: { roles: [all] } }
users: { ana: { secret: ${secret}, sql_secret: "${sql}", groups: [analysts] } }
`,
  );
  const gateway = await startGateway(await openAccess(access, silentLogger), files);
  const reports: ClientReport[] = [];
  try {
    for (const ask of [askByPsql, askByPython, askByJdbc, askByOdbc])
      reports.push(await ask(gateway.port, password));
  } finally {
    await gateway.stop();
    await rm(folder, { recursive: true });
  }
  return tell(reports);
}

process.exitCode = await main();
