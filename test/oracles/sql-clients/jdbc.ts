import { fileURLToPath } from 'node:url';
import { ended } from './command.ts';
import { filesBelow, unpacked } from './debian.ts';
import type { ClientReport } from './report.ts';

const client = 'the JDBC driver';

export async function askByJdbc(port: number, password: string): Promise<ClientReport> {
  if ((await ended('javac', ['-version'])).code !== 0)
    return { client, skipped: 'this machine has no Java that compiles' };
  const folder = await unpacked(['libpostgresql-jdbc-java']);
  if (folder === undefined)
    return { client, skipped: 'libpostgresql-jdbc-java could not be had from Debian' };
  const jars = await filesBelow(folder, '.jar');
  const probe = fileURLToPath(new URL('Probe.java', import.meta.url));
  const { code, out, err } = await ended('java', ['-cp', jars.join(':'), probe, String(port), password]);
  const checks = out.split('\n').flatMap((line) => {
    const [, how, check = '', why] = /^(ok|FAILED) (.*?)(?:: (.*))?$/.exec(line) ?? [];
    return how === undefined ? [] : [{ client: 'JDBC', check, why: how === 'ok' ? undefined : (why ?? '') }];
  });
  const isTold = code === 0 || checks.some(({ why }) => why !== undefined);
  return isTold ? checks : [...checks, { client: 'JDBC', check: 'the program', why: err.slice(-2000) }];
}
