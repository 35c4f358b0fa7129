import process from 'node:process';
import type { Clock } from '../../lib/clock.ts';
import type { SchedulerEvent } from '../../scheduler/events.ts';
import type { ModelState } from '../../semantic/server/reload/model-host.ts';
import { createProgressDisplay } from '../output/progress.ts';
import { restOf, shorten } from '../output/shorten.ts';
import type { ProgressDisplay } from '../output/progress.ts';

/** What the supervisor says, and where: with --json standard output is kept for the one object at the end. */
export interface Console extends ProgressDisplay {
  /** Results for people. */
  readonly result: (text: string) => void;
  readonly onSchedulerEvent: (event: SchedulerEvent) => void;
  readonly onModelChange: (state: ModelState) => void;
  /** From now on a tick is one line: progress inside it is not shown any more. */
  readonly quieten: () => void;
}

/** Progress goes to standard error in any case. */
export function createConsole(options: { readonly json: boolean; readonly clock: Clock }): Console {
  const display = createProgressDisplay(process.stderr, options.clock);
  let isQuiet = false;
  return {
    line: display.line,
    onProgress: (event) => {
      if (!isQuiet) display.onProgress(event);
    },
    quieten: () => void (isQuiet = true),
    result: options.json ? display.line : (text) => void process.stdout.write(`${text}\n`),
    onSchedulerEvent: (event) => {
      const text = describeEvent(event);
      if (text !== undefined) display.line(text);
    },
    onModelChange: (state) => display.line(describeModel(state)),
  };
}

/** An analyst who edits a metric looks here, beside the editor. */
export function describeModel({ version, problem }: ModelState): string {
  if (problem === undefined)
    return `  ✓ the metric model is served as its files are now (version ${version})`;
  const { code, message, where, remedy } = problem;
  return `  ✗ metric model: ${where}: ${code}: ${message}\n    remedy: ${remedy}\n    version ${version} goes on serving`;
}

/** Only what somebody should know; the rest is in the log and in `shopwave runs list`. */
function describeEvent(event: SchedulerEvent): string | undefined {
  switch (event.type) {
    case 'import_error':
      return `  ✗ ${event.file}: ${event.code}: ${event.message}\n    remedy: ${event.remedy}`;
    case 'task_instance':
      return describeTask(event);
    case 'dag_run':
      return event.state === 'failed'
        ? `  ✗ ${event.dagId} failed; what was published stays published`
        : undefined;
    case 'tick_failed':
      return `  ✗ the scheduler could not work: ${event.message}`;
    case 'dag_paused':
      return `  ✗ ${event.dagId} is paused: it failed too often in a row`;
    case 'deadline_missed':
      return `  ✗ ${event.dagId}, run ${event.runId}: not done by its deadline, ${event.deadline.toISOString()}`;
    case 'asset':
      return undefined;
    default:
      return event satisfies never;
  }
}

export function describeTask(event: Extract<SchedulerEvent, { type: 'task_instance' }>): string | undefined {
  if (event.error === undefined) return undefined;
  const { code, message } = event.error;
  const next = event.state === 'up_for_retry' ? 'is tried again' : `is ${event.state ?? 'cleared'}`;
  return `  ✗ ${event.dagId}.${event.taskId} ${next}: ${code}: ${shorten(message, restOf(code))}`;
}
