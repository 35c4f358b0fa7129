import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable } from 'node:stream';
import { messageOf } from '../../lib/errors.ts';
import { TaskSkip } from '../authoring/task.ts';
import type { FunctionTask, TaskArgs, TaskContext } from '../authoring/task.ts';
import { linesOf } from '../executor/process/lines.ts';
import { operatorErrors } from './errors.ts';
import { maskOfEnv } from '../secrets/masker.ts';
import type { Masker } from '../secrets/masker.ts';

/** Arguments of a bash task; Airflow's names. `command`, `env` and `cwd` are templates. */
export interface BashArgs extends TaskArgs {
  /**
   * What people give a run, `{{ params.x }}`, is refused here: a shell would run it. Put it into `env`. What ends with
   * .sh or .bash names a template file; with a blank behind it is a command.
   */
  readonly command: string;
  /** Variables of the command. Put values here and not into `command`: they need no quoting and are not logged. */
  readonly env?: Readonly<Record<string, string>>;
  /** Give it our own variables as well; without `env` it always has them. false */
  readonly appendEnv?: boolean;
  /** The folder it runs in; ours. */
  readonly cwd?: string;
  /** Exit codes that skip the task; 99. */
  readonly skipOnExitCode?: number | readonly number[];
}

type BashFields = {
  readonly command: string;
  readonly env: BashArgs['env'];
  readonly cwd: BashArgs['cwd'];
};

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** How long a command that is told to stop may take before it is killed; less than a task is given. */
const killAfterMs = 3000;

/**
 * Runs a command by `bash -c`, writes each line of its output to the task log, and returns the last line of its standard
 * output. The run is told to it in Airflow's variables: AIRFLOW_CTX_DAG_RUN_ID and so on. Once the task is to stop, the
 * command and all it started get SIGTERM, then SIGKILL.
 */
export function bash(args: BashArgs): FunctionTask<unknown, string | undefined, BashFields> {
  const { command: program, env: given, appendEnv, cwd: folder, skipOnExitCode = 99, ...task } = args;
  const inherited = given === undefined || appendEnv === true ? process.env : {};
  return {
    ...task,
    templates: { command: program, env: given, cwd: folder },
    shellFields: ['command'],
    templateExt: { command: ['.sh', '.bash'] },
    run: async (context, { command, env, cwd }) => {
      const variables = { ...inherited, ...runVariables(context), ...env };
      const child = await start(command, { cwd, env: variables });
      const stopKilling = killWhenAborted(child, context);
      try {
        const lastLine = await logOutput(child, context, maskOfEnv(variables));
        assertSucceeded(child, [skipOnExitCode].flat());
        return lastLine;
      } finally {
        stopKilling();
      }
    },
  };
}

/** How Airflow tells a command about its run. */
function runVariables(context: TaskContext<unknown>): Readonly<Record<string, string>> {
  return {
    AIRFLOW_CTX_DAG_ID: context.dagId,
    AIRFLOW_CTX_TASK_ID: context.taskId,
    AIRFLOW_CTX_DAG_RUN_ID: context.runId,
    AIRFLOW_CTX_TRY_NUMBER: String(context.tryNumber),
    ...(context.logicalDate === null ? {} : { AIRFLOW_CTX_LOGICAL_DATE: context.logicalDate.toISOString() }),
    DATA_INTERVAL_START: context.dataIntervalStart.toISOString(),
    DATA_INTERVAL_END: context.dataIntervalEnd.toISOString(),
  };
}

async function start(
  command: string,
  options: { readonly cwd: string | undefined; readonly env: NodeJS.ProcessEnv },
): Promise<Child> {
  // A group of its own, so that what the command starts can be stopped with it.
  const child = spawn('bash', ['-c', command], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    await once(child, 'spawn');
    return child;
  } catch (cause) {
    throw operatorErrors.error('BASH_NOT_STARTED', { message: messageOf(cause), where: options.cwd, cause });
  }
}

function killWhenAborted({ pid }: Child, { signal, clock }: TaskContext<unknown>): () => void {
  const over = new AbortController();
  const killGroup = (name: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // All of the group have ended.
    }
  };
  const stop = async (): Promise<void> => {
    killGroup('SIGTERM');
    await clock.sleep(killAfterMs, over.signal);
    // Also when bash itself has ended: what it started may have not.
    killGroup('SIGKILL');
  };
  const onAbort = (): void => void stop();
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    over.abort();
  };
}

/** Resolves to the last line of standard output, once the command has ended and all of its output is read. */
async function logOutput(
  child: Child,
  { logger }: TaskContext<unknown>,
  masker: Masker,
): Promise<string | undefined> {
  const { mask } = masker;
  let lastLine: string | undefined;
  const closed = once(child, 'close');
  const readOut = async (): Promise<void> => {
    for await (const line of linesOf(child.stdout, masker)) {
      lastLine = line;
      logger.info(mask(line));
    }
  };
  const readError = async (): Promise<void> => {
    for await (const line of linesOf(child.stderr, masker)) logger.info(mask(line), { stream: 'stderr' });
  };
  await Promise.all([readOut(), readError(), closed]);
  return lastLine;
}

function assertSucceeded({ exitCode, signalCode }: Child, skipCodes: readonly number[]): void {
  if (exitCode === 0) return;
  if (exitCode !== null && skipCodes.includes(exitCode)) throw new TaskSkip(`exit code ${exitCode}`);
  const message = exitCode === null ? `it was killed by ${signalCode}` : `exit code ${exitCode}`;
  throw operatorErrors.error('BASH_COMMAND_FAILED', { message });
}
