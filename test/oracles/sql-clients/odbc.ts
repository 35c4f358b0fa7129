import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended } from './command.ts';
import { filesBelow, unpacked } from './debian.ts';
import type { Checked, ClientReport } from './report.ts';

const packages = ['odbc-postgresql', 'unixodbc', 'libodbc2', 'libodbcinst2', 'libodbccr2', 'libltdl7'];
const client = 'the ODBC driver';

const asked: readonly { readonly sql: string; readonly tells: RegExp }[] = [
  {
    sql: 'select country, measure(gmv) as gmv from finance group by 1 order by 1',
    tells: /\| DE +\| 201\.10/,
  },
  {
    sql: 'SELECT finance_0.country, Sum(finance_0.gmv) FROM shopwave.public.finance finance_0 GROUP BY finance_0.country',
    tells: /\| FR +\| 100\.10/,
  },
  {
    sql: 'select max(event_date), count(distinct country) from finance',
    tells: /\| 20\d\d-\d\d-\d\d .*\| 2 /,
  },
  { sql: 'help', tells: /finance +\| VIEW/ },
  { sql: 'help finance', tells: /gmv/ },
];

export async function askByOdbc(port: number, password: string): Promise<ClientReport> {
  const folder = await unpacked(packages);
  if (folder === undefined) return { client, skipped: `${packages[0]} could not be had from Debian` };
  const [[isql], [driver]] = await Promise.all([
    filesBelow(folder, '/bin/isql'),
    filesBelow(folder, '/psqlodbcw.so'),
  ]);
  if (isql === undefined || driver === undefined) return { client, skipped: 'the packages hold no isql' };
  const home = await mkdtemp(path.join(tmpdir(), 'shopwave-odbc-'));
  await writeFile(path.join(home, 'odbcinst.ini'), `[PostgreSQL]\nDriver=${driver}\n`);
  // Cursors by DECLARE and FETCH, as Excel and Tableau set it for large results.
  const source = ['Driver=PostgreSQL', 'Servername=127.0.0.1', `Port=${port}`, 'Database=shopwave'];
  const options = ['SSLmode=require', 'UseDeclareFetch=1', 'Fetch=1'];
  const [plain, cursors] = [source, [...source, ...options]].map((lines) => lines.join('\n'));
  await writeFile(path.join(home, 'odbc.ini'), `[plain]\n${plain}\n[cursors]\n${cursors}\n`);
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: path.join(path.dirname(path.dirname(driver))),
    ODBCSYSINI: home,
    ODBCINI: path.join(home, 'odbc.ini'),
  };
  const checks: Checked[] = [];
  for (const name of ['plain', 'cursors'])
    for (const { sql, tells } of asked) {
      const { out, err } = await ended(isql, [name, 'ana', password, '-b', '-v'], { env, input: `${sql}\n` });
      const why = tells.test(out) ? undefined : `${out}${err}`;
      checks.push({ client: 'ODBC', check: `${sql} (${name})`, why });
    }
  await rm(home, { recursive: true });
  return checks;
}
