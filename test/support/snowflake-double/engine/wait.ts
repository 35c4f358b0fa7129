import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../contract.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { listed, textColumn } from './work.ts';
import type { Work } from './work.ts';

const unitMs: Readonly<Record<string, number>> = {
  SECONDS: 1000,
  MILLISECONDS: 1,
  MINUTES: 60_000,
};

/** SYSTEM$WAIT(amount [, unit]): a statement that takes as long as it says. */
export async function wait({ statement }: Work, scan: Scan): Promise<Outcome> {
  scan.must('(');
  const amount = scan.integer();
  const unit = scan.takes(',') ? scan.string().toUpperCase() : 'SECONDS';
  scan.must(')');
  scan.mustEnd();
  const ms = unitMs[unit];
  if (ms === undefined) throw refused('invalidValue', `'${unit}'`);
  await sleep(amount * ms, undefined, { signal: statement.signal }).catch(() => {
    throw statement.signal.reason;
  });
  return listed('SELECT', [textColumn('SYSTEM$WAIT')], [[`waited ${amount} ${unit.toLowerCase()}`]]);
}
