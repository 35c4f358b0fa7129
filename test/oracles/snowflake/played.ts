import { messageOf } from '../../../lib/errors.ts';
import { plays, sentIn } from '../../support/snowflake-plays.ts';
import type { Answered, Beside, Sent } from '../../support/snowflake-script.ts';
import type { SqlValue } from '../../../warehouse/warehouse.ts';
import { differenceOf } from './compared.ts';
import type { Answer, Driver } from './driver.ts';
import { shapeOf } from './findings.ts';
import type { Finding } from './findings.ts';
import { rawLogOn } from './raw-log.ts';
import type { Rewording } from './rewordings.ts';

type Said = { readonly answer: Answer } | { readonly error: string };

async function said(driver: Driver, sql: string, params: readonly SqlValue[]): Promise<Said> {
  try {
    return { answer: await driver.ask(sql, params) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

/** What is wrong with what was said, next to what DuckDB told. */
function wrongIn(sent: Sent, told: Answered | undefined, now: Said): string | undefined {
  if (told?.error !== undefined) return 'error' in now ? undefined : 'it works, and fails on DuckDB';
  if ('error' in now) return now.error;
  return told === undefined ? undefined : differenceOf(sent, told, now.answer);
}

/** Runs on a second warehouse what the engine sends to the first, and compares the answers. */
class Replayed implements Beside {
  readonly findings: Finding[] = [];
  /** Rewordings that were needed. */
  readonly needed = new Set<Rewording>();
  private last: Promise<void> = Promise.resolve();
  private readonly driver: Driver;
  /** A second session: a transaction of the first would not outlive what fails. */
  private readonly aside: Driver;
  private readonly rewordings: readonly Rewording[];

  constructor([driver, aside]: readonly [Driver, Driver], rewordings: readonly Rewording[]) {
    this.driver = driver;
    this.aside = aside;
    this.rewordings = rewordings;
  }

  /** One at a time: they share a session. */
  private async inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    await turn;
  }

  statement(sent: Sent, told: Answered | undefined): Promise<void> {
    return this.inTurn(async () => {
      const fitting = this.rewordings.filter(({ of }) => of.test(sent.sql));
      const wrong = await this.hopeOf(sent, fitting);
      const texts = fitting.reduce((all, { words }) => all.flatMap((sql) => words(sql)), [
        sent.sql,
      ] as readonly string[]);
      let now: Said = { error: 'nothing to say' };
      for (const sql of texts) {
        now = await said(this.driver, sql, sql.includes('?') ? sent.params : []);
        if ('error' in now) break;
      }
      this.note(sent, wrong ?? wrongIn(sent, told, now));
    });
  }

  /** What is said in other words must be impossible in Snowflake's; that is tried once for each. */
  private async hopeOf(sent: Sent, fitting: readonly Rewording[]): Promise<string | undefined> {
    if (fitting.every((each) => this.needed.has(each))) return undefined;
    await this.aside.ask('begin transaction');
    const now = await said(this.aside, sent.sql, sent.params);
    await this.aside.ask('rollback');
    if (!('error' in now))
      return `it works in Snowflake's own words: ${fitting.map(({ why }) => why).join('; ')}`;
    const meant = fitting.filter(({ says }) => says.test(now.error));
    for (const each of meant) this.needed.add(each);
    return meant.length > 0 ? undefined : now.error;
  }

  private note(sent: Sent, wrong: string | undefined): void {
    this.findings.push({ name: shapeOf(sent.sql).slice(0, 100), sql: sent.sql, wrong });
  }

  begin(): Promise<void> {
    return this.inTurn(async () => void (await this.driver.ask('begin transaction')));
  }

  end(how: 'commit' | 'rollback'): Promise<void> {
    return this.inTurn(async () => void (await this.driver.ask(how)));
  }
}

/** The database that a play is run in. */
export function playDatabase(name: string): string {
  return `PLAY_${Object.keys(plays).indexOf(name)}`;
}

/** What the engine and the loader send, in their order, on an empty database for each play; each shape of it once. */
export async function playFindings(
  open: (database: string) => Promise<Driver>,
  rewordings: readonly Rewording[],
): Promise<Finding[]> {
  const found: Finding[] = [];
  const needed = new Set<Rewording>();
  for (const [name, play] of Object.entries(plays)) {
    await using driver = await open(playDatabase(name));
    await using aside = await open(playDatabase(name));
    const replayed = new Replayed([driver, aside], rewordings);
    await sentIn(play, replayed, rawLogOn(driver));
    found.push(...replayed.findings.map((each) => ({ ...each, name: `${name}: ${each.name}` })));
    for (const each of replayed.needed) needed.add(each);
  }
  const idle = rewordings.filter((each) => !needed.has(each));
  return [
    ...found,
    ...idle.map(({ of, why }) => ({
      name: String(of),
      sql: '',
      wrong: `no statement needs other words: ${why}`,
    })),
  ];
}
