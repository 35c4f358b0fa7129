import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended } from './command.ts';
import type { Ended } from './command.ts';
import type { Checked, ClientReport } from './report.ts';

interface Asked {
  /** Lines that are typed. */
  readonly commands: readonly string[];
  readonly tells: readonly RegExp[];
  readonly sslmode?: string;
}

const byCountry = 'select country, measure(gmv) as gmv from finance group by 1 order by 1';

const asked: readonly Asked[] = [
  { commands: ['\\d'], tells: [/public \| finance +\| view/] },
  {
    commands: ['\\d finance'],
    tells: [/View "public.finance"/, /gmv +\| numeric/, /event_date +\| timestamp/],
  },
  { commands: ['\\d+'], tells: [/Sales, cancellations, discounts/] },
  { commands: ['\\d+ finance'], tells: [/gmv .*Measure, for MEASURE\(\)/] },
  { commands: ['\\dv'], tells: [/operations +\| view/] },
  { commands: ['\\dt'], tells: [/Did not find any relations/] },
  { commands: ['\\df measure*'], tells: [/measure +\| anyelement/] },
  { commands: ['\\da measure'], tells: [/measure/] },
  { commands: ['\\du'], tells: [/ana/] },
  { commands: ['\\dn'], tells: [/public/] },
  { commands: ['\\dp finance'], tells: [/finance/] },
  { commands: ['\\dx'], tells: [/extensions/i] },
  { commands: ['\\conninfo'], tells: [/as user "ana"/, /SSL connection/] },
  { commands: [`${byCountry} \\gdesc`], tells: [/country +\| text/, /gmv +\| numeric/] },
  { commands: [`${byCountry} \\gx`], tells: [/gmv +\| 201\.10/] },
  { commands: ['select 1 as a; select 2 as b;'], tells: [/ a \n/, / b \n/] },
  { commands: ['\\timing on', byCountry], tells: [/DE +\| 201\.10/, /Time:/] },
  { commands: [`explain ${byCountry}`], tells: [/QUERY PLAN/] },
  { commands: ['\\set FETCH_COUNT 1', byCountry], tells: [/DE +\| 201\.10/, /FR +\| 100\.10/] },
  { commands: ['begin', byCountry, 'commit'], tells: [/COMMIT/] },
  { commands: ['\\sv finance'], tells: [/finance/] },
  { commands: [byCountry], sslmode: 'disable', tells: [/FR +\| 100\.10/] },
  { commands: [byCountry], sslmode: 'require', tells: [/FR +\| 100\.10/] },
  { commands: ['select nope from finance'], tells: [/column "nope" does not exist/, /\^/] },
  { commands: ['delete from finance'], tells: [/read-only/] },
];

export async function askByPsql(port: number, password: string): Promise<ClientReport> {
  const version = await ended('psql', ['--version']);
  if (version.code !== 0) return { client: 'psql', skipped: 'this machine has no psql' };
  const psql: Psql = (args, sslmode = 'prefer', secret = password, input = '') =>
    ended(
      'psql',
      ['-X', ...args, `host=127.0.0.1 port=${port} user=ana dbname=shopwave sslmode=${sslmode}`],
      {
        env: { ...process.env, PGPASSWORD: secret },
        input,
      },
    );
  const checks: Checked[] = [];
  // Before 17 it asks for a column that a PostgreSQL from 17 on does not have any more.
  const major = Number(/ (\d+)/.exec(version.out)?.[1]);
  const listed: readonly Asked[] = major < 17 ? [] : [{ commands: ['\\l'], tells: [/shopwave/] }];
  for (const { commands, tells, sslmode } of [...asked, ...listed]) {
    const input = commands
      .map((each) => (/\\/.test(each) || each.endsWith(';') ? each : `${each};`))
      .join('\n');
    const { out, err } = await psql([], sslmode, password, `${input}\n`);
    const said = `${out}${err}`;
    const missing = tells.find((each) => !each.test(said));
    const check = `${commands.join(' ')}${sslmode === undefined ? '' : ` (sslmode ${sslmode})`}`;
    checks.push({ client: 'psql', check, why: missing === undefined ? undefined : `no ${missing}: ${said}` });
  }
  return [...checks, await copied(psql), await refused(psql)];
}

type Psql = (args: readonly string[], sslmode?: string, secret?: string, input?: string) => Promise<Ended>;

async function copied(psql: Psql): Promise<Checked> {
  const folder = await mkdtemp(path.join(tmpdir(), 'shopwave-psql-'));
  const file = path.join(folder, 'gmv.csv');
  const { err } = await psql(['-c', `\\copy (${byCountry}) to '${file}' csv header`]);
  const text = await readFile(file, 'utf8').catch(() => '');
  await rm(folder, { recursive: true });
  const isRight = text === 'country,gmv\nDE,201.10\nFR,100.10\n';
  return { client: 'psql', check: '\\copy (...) to', why: isRight ? undefined : `${text}${err}` };
}

async function refused(psql: Psql): Promise<Checked> {
  const { code, err } = await psql(['-c', 'select 1'], 'require', 'wrong');
  const isRight = code === 2 && /password authentication failed for user "ana"/.test(err);
  return { client: 'psql', check: 'a wrong password', why: isRight ? undefined : `${code} ${err}` };
}
