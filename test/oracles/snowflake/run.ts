import { spawn } from 'node:child_process';
import process from 'node:process';
import { openDriver } from './driver.ts';
import type { Driver } from './driver.ts';
import { parseExceptions, playExceptions, truthExceptions } from './exceptions.ts';
import type { Exception } from './exceptions.ts';
import type { Finding } from './findings.ts';
import { judge } from './judged.ts';
import { parseFindings } from './parsed.ts';
import { playFindings } from './played.ts';
import { rewordings } from './rewordings.ts';
import { setupStatements } from './statements.ts';
import { installFakesnow, startFakesnow } from './server.ts';
import { truthFindings } from './truth.ts';

// Sends what the platform sends to Snowflake to other people's Snowflake, fakesnow from PyPI, through the real driver.
// What that cannot do is listed in exceptions.ts, rewordings.ts and cannot-conform.ts; the lists must be exact.

async function main(): Promise<number> {
  const python = await installFakesnow();
  if (python === undefined) {
    say('SKIPPED: fakesnow could not be installed (no Python 3, or its package index does not answer).');
    say('NOTHING WAS RUN AGAINST A FOREIGN SNOWFLAKE.');
    return 0;
  }
  await using server = await startFakesnow(python);
  const open = (database: string): Promise<Driver> =>
    openDriver({
      account: 'fakesnow',
      accessUrl: server.url,
      username: 'SHOPWAVE',
      password: 'any',
      database,
      schema: 'PUBLIC',
    });
  await using driver = await open('TRUTH');
  const truths = await truthFindings(driver);
  const played = await playFindings(open, rewordings);
  const sent = [...truths, ...played].map(({ sql }) => sql).filter((sql) => sql !== '');
  const parsed = await parseFindings(python, [...sent, ...setupStatements()]);
  const isRight = [
    report('lines of the truth tables', truths, truthExceptions),
    report('statements of the engine and the loader', played, playExceptions),
    report('shapes of statements, parsed by sqlglot', parsed, parseExceptions),
  ];
  const conforms = await runConformance(server.url);
  return isRight.includes(false) || conforms !== 0 ? 1 : 0;
}

function report(what: string, findings: readonly Finding[], exceptions: readonly Exception[]): boolean {
  const { right, known, complaints } = judge(findings, exceptions);
  say(
    `fakesnow: ${findings.length} ${what}: ${right} right, ${known} wrong as listed, ${complaints.length} complaints`,
  );
  for (const complaint of complaints) say(complaint);
  return complaints.length === 0;
}

async function runConformance(url: string): Promise<number> {
  const args = ['vitest', 'run', '--config', 'test/oracles/snowflake/vitest.config.ts', '--reporter=verbose'];
  const child = spawn('npx', args, {
    stdio: 'inherit',
    env: { ...process.env, SHOPWAVE_TEST_FAKESNOW: url },
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
