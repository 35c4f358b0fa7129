import process from 'node:process';
import { expect } from 'vitest';
import { dataPaths } from '../../cli/data-dir.ts';
import type { FailpointName } from '../../lib/failpoint.ts';
import { openDuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import type { DuckdbWarehouse } from '../../warehouse/duckdb/open.ts';
import { launch, parseSummary, run } from '../support/command.ts';

/** Runs the real command until the failpoint kills it. */
export async function crash(args: readonly string[], failpoint: FailpointName): Promise<void> {
  const running = launch(args, { env: { ...process.env, SHOPWAVE_CRASH_AT: failpoint } });
  const { stderr } = await running.finished;
  expect(running.child.signalCode, `${failpoint}:\n${stderr}`).toBe('SIGKILL');
}

/** A start that must succeed, with metrics equal to the simulator's truth. */
export async function mustStartWhole(folder: string): Promise<void> {
  const args = ['start', '--once', '--json', '--backlog', '600', '--port', '0', '--data-dir', folder];
  const survived = await run(args);
  expect(survived.code, survived.stderr).toBe(0);
  for (const [name, { value, truth }] of Object.entries(parseSummary(survived).metrics)) {
    expect(value, name).toEqual(truth);
    expect(Number(value), name).toBeGreaterThan(0);
  }
}

/** Asks or changes the warehouse of a folder on which nothing runs. */
export async function onWarehouse<T>(
  folder: string,
  work: (warehouse: DuckdbWarehouse) => Promise<T>,
): Promise<T> {
  const warehouse = await openDuckdbWarehouse({ path: dataPaths(folder).warehouse });
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}
