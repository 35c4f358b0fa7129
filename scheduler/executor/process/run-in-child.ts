import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { systemClock } from '../../../lib/clock.ts';
import { isRetryable } from '../../../lib/errors.ts';
import type { AnyTask } from '../../authoring/definition.ts';
import type { AttemptOutcome } from '../../core/outcome.ts';
import { schedulerErrors } from '../../errors.ts';
import { toTaskError } from '../task-error.ts';
import type { OpenTaskLog } from '../task-log.ts';
import { linesOf } from './lines.ts';
import type { ChildJob, FromChild, Question, ToChild } from './messages.ts';
import { killTree, residentBytes } from './process-tree.ts';

/** One attempt in a process of its own. */
export interface InChild {
  readonly child: ChildProcess;
  readonly job: ChildJob;
  readonly task: Pick<AnyTask, 'memoryLimitMb'>;
  readonly log: OpenTaskLog;
  readonly signal: AbortSignal;
  /** How long it may take to heed an abort before it is killed. */
  readonly abortGraceMs: number;
  readonly answer: (question: Question) => Promise<unknown>;
}

const watchMs = 200;
/** How long what was printed last may take to arrive after the end. */
const lastLinesMs = 1000;

/** Has a child do the job and resolves to its outcome once it and all that it started are gone. */
export async function runInChild(input: InChild): Promise<AttemptOutcome> {
  const { child, job, task } = input;
  const ended = new AbortController();
  let outcome: AttemptOutcome | undefined;
  let isOverMemory = false;
  child.on('message', (message: FromChild) => {
    if (message.type === 'outcome') outcome = message.outcome;
    else void answerTo(input, message);
  });
  const exit = new Promise<string>((resolve) => {
    // The machine has no process left to give.
    if (child.pid === undefined) resolve('the failure of its start');
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit status ${code}` : `signal ${signal}`),
    );
  });
  const output = Promise.all(readOutput(input));
  const kill = async (): Promise<void> => {
    if (child.pid !== undefined) await killTree(child.pid);
  };
  void killAfterAbort(input, kill, ended.signal);
  void watchMemory(input, ended.signal, async () => {
    isOverMemory = true;
    await kill();
  });
  tell(child, { type: 'job', job });
  const how = await exit;
  ended.abort();
  // What the task has started in the background goes with it.
  await kill();
  await Promise.race([output, systemClock.sleep(lastLinesMs)]);
  for (const pipe of child.stdio) pipe?.destroy();
  // V8 gives up with an abort when its part of the limit is used up.
  const isHeapFull = task.memoryLimitMb !== undefined && /SIGABRT|status 134/.test(how);
  if (isOverMemory || (outcome === undefined && isHeapFull))
    return failed('TASK_MEMORY_EXCEEDED', {
      message: `it used more than ${task.memoryLimitMb ?? 0} MB`,
    });
  return (
    outcome ?? failed('TASK_PROCESS_DIED', { message: `its process ended by ${how} before it reported` })
  );
}

function failed(
  code: 'TASK_MEMORY_EXCEEDED' | 'TASK_PROCESS_DIED',
  input: { readonly message: string },
): AttemptOutcome {
  return { kind: 'failed', error: toTaskError(schedulerErrors.error(code, input)), retryable: true };
}

function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message);
}

async function answerTo(
  { child, answer }: InChild,
  { id, question }: Extract<FromChild, { readonly type: 'ask' }>,
): Promise<void> {
  try {
    tell(child, { type: 'answer', id, value: await answer(question) });
  } catch (error) {
    tell(child, { type: 'refusal', id, error: toTaskError(error), retryable: isRetryable(error) });
  }
}

async function killAfterAbort(
  { child, signal, abortGraceMs }: InChild,
  kill: () => Promise<void>,
  ended: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    ended.addEventListener('abort', () => resolve(), { once: true });
  });
  if (ended.aborted) return;
  tell(child, { type: 'abort', reason: signal.reason });
  await systemClock.sleep(abortGraceMs, ended);
  if (!ended.aborted) await kill();
}

async function watchMemory(
  { child, task }: InChild,
  ended: AbortSignal,
  onOver: () => Promise<void>,
): Promise<void> {
  if (task.memoryLimitMb === undefined || child.pid === undefined) return;
  while (!ended.aborted) {
    if ((await residentBytes(child.pid)) > task.memoryLimitMb * 1024 * 1024) return await onOver();
    await systemClock.sleep(watchMs, ended);
  }
}

function readOutput({ child, log }: InChild): readonly Promise<void>[] {
  const read = async (stream: unknown, take: (line: string) => void): Promise<void> => {
    for await (const line of linesOf(stream as Readable)) {
      take(line);
      await log.drained();
    }
  };
  return [
    read(child.stdout, (line) => log.print('info', line)),
    read(child.stderr, (line) => log.print('warn', line)),
    read(child.stdio[4], (text) => {
      const line = parseLogLine(text);
      if (line === undefined) log.print('info', text);
      else log.logger[line.level](line.message, line.fields);
    }),
  ];
}

const logLine = z.object({
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

/** undefined: the half of a line that a killed process leaves, or what the task itself has written into the pipe. */
function parseLogLine(text: string): z.infer<typeof logLine> | undefined {
  try {
    return logLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
