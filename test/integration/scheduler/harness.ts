import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import type { Clock } from '../../../lib/clock.ts';
import { openControlStore } from '../../../lib/control-store.ts';
import { silentLogger } from '../../../lib/logger.ts';
import type { SchedulerEvent } from '../../../scheduler/events.ts';
import { createScheduler } from '../../../scheduler/scheduler.ts';
import type { Scheduler, SchedulerOptions } from '../../../scheduler/scheduler.ts';
import { createTestDatabase } from '../../support/postgres.ts';

/** A clock that only moves when told to; sleepers wake when their time has come. */
export interface ManualClock extends Clock {
  readonly advance: (ms: number) => void;
  /** Advances once somebody sleeps: who has just read the old time and is about to sleep would miss the move. */
  readonly advanceAsleep: (ms: number) => Promise<void>;
  readonly set: (iso: string) => void;
}

export function createManualClock(startIso: string): ManualClock {
  let nowMs = Date.parse(startIso);
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  let onSleep = (): void => {};
  const moveTo = (ms: number): void => {
    nowMs = ms;
    for (const sleeper of sleepers) if (sleeper.until <= nowMs) sleeper.wake();
  };
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    advance: (ms) => moveTo(nowMs + ms),
    advanceAsleep: async (ms) => {
      if (sleepers.size === 0) await new Promise<void>((resolve) => (onSleep = resolve));
      moveTo(nowMs + ms);
    },
    set: (iso) => moveTo(Date.parse(iso)),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true || ms <= 0) return resolve();
        const sleeper = {
          until: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        onSleep();
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
  };
}

/** What the tasks of the test DAGs can reach: a place to note what ran, and doors that a test opens. */
export interface TestServices {
  readonly ran: string[];
  /** Called by tasks by name, with the abort signal; a test puts behaviour here. */
  readonly on: Record<
    string,
    (context: { readonly tryNumber: number; readonly signal: AbortSignal }) => unknown
  >;
}

/** Events as they come, and a way to wait for one. */
export interface EventLog {
  readonly all: SchedulerEvent[];
  readonly add: (event: SchedulerEvent) => void;
  readonly until: (matches: (event: SchedulerEvent) => boolean) => Promise<SchedulerEvent>;
}

export function createEventLog(): EventLog {
  const all: SchedulerEvent[] = [];
  const waiting = new Set<(event: SchedulerEvent) => void>();
  return {
    all,
    add: (event) => {
      all.push(event);
      for (const notice of waiting) notice(event);
    },
    until: (matches) =>
      new Promise((resolve) => {
        const seen = all.find(matches);
        if (seen !== undefined) return resolve(seen);
        const notice = (event: SchedulerEvent): void => {
          if (!matches(event)) return;
          waiting.delete(notice);
          resolve(event);
        };
        waiting.add(notice);
      }),
  };
}

const zodPath = createRequire(import.meta.url).resolve('zod');
const doorPath = fileURLToPath(new URL('../../../scheduler/index.ts', import.meta.url));

/** Text of a DAG file; `body` is the object given to `dag()`. */
export function dagSource(body: string): string {
  return `
    import { asset, assets, assetsOrTime, assetSensor, bash, continuous, cron, cronInterval, dag, every, events,
      externalTaskSensor, once, sql, TaskFail, TaskSkip, timeSensor, triggerDagRun }
      from ${JSON.stringify(doorPath)};
    import { z } from ${JSON.stringify(zodPath)};
    const note = (name, extra = {}) => ({ ...extra, run: async (c) => {
      c.services.ran.push(c.dagId + '.' + c.taskId + '#' + c.tryNumber);
      return await c.services.on[name]?.(c);
    } });
    export default dag(${body});`;
}

/** A database, a folder of DAG files and a clock; schedulers made here are stopped at the end. */
export interface Harness {
  readonly url: string;
  readonly control: Knex;
  readonly clock: ManualClock;
  readonly events: EventLog;
  readonly services: TestServices;
  readonly dagsFolder: string;
  readonly logDir: string;
  readonly scheduler: (options?: Partial<SchedulerOptions<TestServices>>) => Promise<Scheduler>;
  /** Closes something of the test before the database goes. */
  readonly defer: (close: () => Promise<void>) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export async function createHarness(dags: Readonly<Record<string, string>>): Promise<Harness> {
  const database = await createTestDatabase();
  const control = openControlStore(database.url);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'shopwave-scheduler-'));
  // As in the package: a process of a task, which has no vitest, takes the files for CommonJS without it.
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }');
  for (const [name, body] of Object.entries(dags)) {
    await writeFile(path.join(folder, `${name}.dag.ts`), dagSource(body));
  }
  const clock = createManualClock('2026-03-02T10:02:00Z');
  const events = createEventLog();
  const services: TestServices = { ran: [], on: {} };
  const logDir = path.join(folder, 'logs');
  const closers: (() => Promise<void>)[] = [];
  return {
    url: database.url,
    control,
    clock,
    events,
    services,
    dagsFolder: folder,
    logDir,
    scheduler: async (options) => {
      const scheduler = await createScheduler({
        control,
        dagsFolder: folder,
        services,
        clock,
        logger: silentLogger,
        logDir,
        onEvent: events.add,
        stopGraceMs: 0,
        ...options,
      });
      closers.push(() => scheduler.stop());
      return scheduler;
    },
    defer: (close) => void closers.push(close),
    [Symbol.asyncDispose]: async () => {
      for (const close of closers) await close();
      await control.destroy();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
