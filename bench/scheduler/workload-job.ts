import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/clock.ts';
import { openControlStore } from '../../lib/control-store.ts';
import { silentLogger } from '../../lib/logger.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import { createScheduler } from '../../scheduler/scheduler.ts';
import type { Scheduler } from '../../scheduler/scheduler.ts';
import { writeDagFolder } from './dag-folder.ts';
import { runJobInput } from './results.ts';
import type { RunJob, RunResult } from './results.ts';

await main();

/** A scheduler of its own process runs the DAGs of a workload once; one line of JSON on standard output. */
async function main(): Promise<void> {
  const job = runJobInput.parse(JSON.parse(process.argv[2] ?? ''));
  await using folder = await writeDagFolder(job.files);
  const control = openControlStore(job.url);
  const watch = watchRuns(job);
  const scheduler = await createScheduler({
    control,
    dagsFolder: folder.folder,
    services: {},
    clock: systemClock,
    logger: silentLogger,
    logDir: path.join(folder.folder, 'logs'),
    onEvent: watch.onEvent,
    parallelism: job.parallelism,
    executor: job.executor,
    stopGraceMs: 0,
  });
  try {
    const [broken] = scheduler.listImportErrors();
    if (broken !== undefined) throw new Error(`${broken.file}: ${broken.message}`);
    if (job.waitFor !== undefined) await scheduler.setPool({ pool: 'bench', slots: 32, description: '' });
    await triggerMore(scheduler, job);
    if (job.trigger !== undefined) {
      await scheduler.start();
      while (watch.waiting() < job.trigger.whenWaiting) await sleep(50);
    }
    const begun = { at: performance.now(), cpu: process.cpuUsage() };
    if (job.trigger === undefined) await scheduler.start();
    else await scheduler.triggerDag(job.trigger.dagId);
    const runs = await watch.ended;
    const cpu = process.cpuUsage(begun.cpu);
    const result: RunResult = {
      seconds: (performance.now() - begun.at) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      runs,
      tasks: watch.tasks(),
      gapsMs: watch.gaps(scheduler),
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await scheduler.stop();
    await control.destroy();
  }
}

/** Beside the run that each DAG gets by its schedule. */
async function triggerMore(scheduler: Scheduler, { files, runsEach }: RunJob): Promise<void> {
  for (const dagId of Object.keys(files)) {
    for (let more = 1; more < runsEach; more++) await scheduler.triggerDag(dagId, { runId: `bench_${more}` });
  }
}

interface Watch {
  readonly onEvent: (event: SchedulerEvent) => void;
  /** How many runs ended, once the last one did; an error if one failed. */
  readonly ended: Promise<number>;
  readonly tasks: () => number;
  /** Sensors that have looked once. */
  readonly waiting: () => number;
  readonly gaps: (scheduler: Scheduler) => number[];
}

/** Notes when tasks began and ended, by a clock finer than the events'. */
function watchRuns(job: RunJob): Watch {
  const waitedFor = new Set(job.waitFor ?? Object.keys(job.files));
  const began = new Map<string, number>();
  const succeeded = new Map<string, number>();
  const waiting = new Set<string>();
  const runIds = new Map<string, readonly [string, string]>();
  let left = waitedFor.size * job.runsEach;
  let resolve = (_runs: number): void => {};
  let reject = (_error: Error): void => {};
  const ended = new Promise<number>((onEnd, onError) => {
    resolve = onEnd;
    reject = onError;
  });
  return {
    ended,
    tasks: () => succeeded.size,
    waiting: () => waiting.size,
    onEvent: (event) => {
      const now = performance.now();
      if (event.type === 'task_instance') {
        const key = `${event.dagId} ${event.runId} ${event.taskId}`;
        runIds.set(`${event.dagId} ${event.runId}`, [event.dagId, event.runId]);
        if (event.state === 'running') began.set(key, now);
        if (event.state === 'success') succeeded.set(key, now);
        if (event.state === 'up_for_reschedule') waiting.add(key);
      }
      if (event.type === 'tick_failed') reject(new Error(event.message));
      if (event.type !== 'dag_run' || !waitedFor.has(event.dagId)) return;
      if (event.state === 'failed') reject(new Error(`${event.dagId} ${event.runId} failed`));
      if (event.state === 'success' && --left === 0) resolve(waitedFor.size * job.runsEach);
    },
    gaps: (scheduler) =>
      [...runIds.values()].flatMap(([dagId, runId]) =>
        scheduler.showDag(dagId).definition.tasks.flatMap(({ taskId, dependsOn }) => {
          const start = began.get(`${dagId} ${runId} ${taskId}`);
          const ends = dependsOn.map((id) => succeeded.get(`${dagId} ${runId} ${id}`));
          const known = ends.filter((end) => end !== undefined);
          if (start === undefined || known.length === 0) return [];
          return [start - Math.max(...known)];
        }),
      ),
  };
}
