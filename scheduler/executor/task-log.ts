import { createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { once } from 'node:events';
import type { Clock } from '../../lib/clock.ts';
import type { LogFields, Logger } from '../../lib/logger.ts';
import { schedulerErrors } from '../errors.ts';
import type { RunKey, TaskKey } from '../store/rows.ts';

/** One line of a task log. */
export interface LogLine {
  readonly at: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: LogFields;
}

/** The log of one attempt while it runs. */
export interface OpenTaskLog {
  readonly logger: Logger;
  readonly close: () => Promise<void>;
}

/** Opens the log of one try, a JSON-lines file; a sensor that pokes again appends. Lines also go to `parent`. */
export async function openTaskLog(
  input: { readonly logDir: string; readonly clock: Clock; readonly parent: Logger },
  key: TaskKey,
  tryNumber: number,
): Promise<OpenTaskLog> {
  const file = logFile(input.logDir, key, tryNumber);
  await mkdir(path.dirname(file), { recursive: true });
  const stream = createWriteStream(file, { flags: 'a' });
  await once(stream, 'open');
  const { dagId: dag, runId: run, taskId: task } = key;
  const write = (line: LogLine): void => {
    // A task that ignores its abort signal may still log after its attempt was given up.
    if (!stream.writableEnded) stream.write(`${JSON.stringify(line)}\n`);
  };
  return {
    logger: teeLogger(input.parent.child({ dag, run, task, try: tryNumber }), input.clock, write),
    close: async () => {
      stream.end();
      await once(stream, 'close');
    },
  };
}

/** The log of one try; without a number the newest. */
export async function readTaskLog(
  logDir: string,
  key: TaskKey,
  tryNumber?: number,
): Promise<readonly LogLine[]> {
  const wanted = tryNumber ?? (await newestTry(logDir, key));
  try {
    const text = await readFile(logFile(logDir, key, wanted), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .flatMap(parseLine);
  } catch (cause) {
    const where = `${key.dagId} / ${key.runId} / ${key.taskId}, try ${wanted}`;
    throw schedulerErrors.error('TASK_LOG_NOT_FOUND', { message: 'no log of this attempt', where, cause });
  }
}

/** Removes the logs of a run that is gone. */
export async function removeRunLogs(logDir: string, key: RunKey): Promise<void> {
  await rm(runFolder(logDir, key), { recursive: true, force: true });
}

// Airflow's own layout. Ids hold no path separator: validateDag and triggerDag see to it.
function runFolder(logDir: string, { dagId, runId }: RunKey): string {
  return path.join(logDir, `dag_id=${dagId}`, `run_id=${runId}`);
}

function taskFolder(logDir: string, key: TaskKey): string {
  return path.join(runFolder(logDir, key), `task_id=${key.taskId}`);
}

function logFile(logDir: string, key: TaskKey, tryNumber: number): string {
  return path.join(taskFolder(logDir, key), `attempt=${tryNumber}.log`);
}

async function newestTry(logDir: string, key: TaskKey): Promise<number> {
  const names = await readdir(taskFolder(logDir, key)).catch(() => []);
  return Math.max(0, ...names.map((name) => Number(/^attempt=(\d+)\.log$/.exec(name)?.[1] ?? 0)));
}

/** A killed process may leave half a line at the end; it is left out. */
function parseLine(line: string): readonly LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}

function teeLogger(
  parent: Logger,
  clock: Clock,
  write: (line: LogLine) => void,
  base: LogFields = {},
): Logger {
  const log =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void => {
      const all = { ...base, ...fields };
      const at = clock.now().toISOString();
      write(Object.keys(all).length === 0 ? { at, level, message } : { at, level, message, fields: all });
      parent[level](message, fields);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => teeLogger(parent.child(fields), clock, write, { ...base, ...fields }),
  };
}
