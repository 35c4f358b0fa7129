import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { LogFields, Logger } from '../../lib/logger.ts';
import { schedulerErrors } from '../errors.ts';
import { openLogFile } from './log-file.ts';
import type { InstanceKey, RunKey } from '../store/rows.ts';

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
  /** What is said of the attempt at its end: kept also when the log is full. */
  readonly final: Logger;
  /** A line that the task printed: it is in this log only. */
  readonly print: (level: LogLine['level'], message: string) => void;
  /** Resolves when what was written is not far behind. */
  readonly drained: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Where logs go, and how long one may get. */
export interface TaskLogOptions {
  readonly logDir: string;
  readonly clock: Clock;
  readonly parent: Logger;
  readonly logLimitBytes: number;
}

/** Opens the log of one try, a JSON-lines file; a sensor that pokes again appends. Lines also go to `parent`. */
export async function openTaskLog(
  input: TaskLogOptions,
  key: InstanceKey,
  tryNumber: number,
): Promise<OpenTaskLog> {
  const { clock, logLimitBytes } = input;
  const { dagId: dag, runId: run, mapIndex } = key;
  const task = mapIndex < 0 ? key.taskId : `${key.taskId}[${mapIndex}]`;
  const parent = input.parent.child({ dag, run, task, try: tryNumber });
  const file = await openLogFile(logFile(input.logDir, key, tryNumber), (error) => {
    parent.warn('the log of this attempt cannot be written; the task goes on', { error: messageOf(error) });
  });
  let kept = file.size;
  const write = (line: LogLine): boolean => {
    if (kept > logLimitBytes) return false;
    const text = `${JSON.stringify(line)}\n`;
    kept += Buffer.byteLength(text);
    if (kept <= logLimitBytes) file.write(text);
    else
      file.write(`${JSON.stringify({ at: line.at, level: 'warn', message: fullMessage(logLimitBytes) })}\n`);
    return kept <= logLimitBytes;
  };
  const writeFinal = (line: LogLine): boolean => {
    file.write(`${JSON.stringify(line)}\n`);
    return true;
  };
  return {
    logger: teeLogger(parent, clock, write),
    final: teeLogger(parent, clock, writeFinal),
    print: (level, message) => void write({ at: clock.now().toISOString(), level, message }),
    drained: file.drained,
    close: file.close,
  };
}

function fullMessage(limitBytes: number): string {
  const megabytes = Math.round((limitBytes / 1024 / 1024) * 10) / 10;
  return `this log has reached its limit of ${megabytes} MB: what the task writes from here on is not kept`;
}

/** The log of one try; without a number the newest. */
export async function readTaskLog(
  logDir: string,
  key: InstanceKey,
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

function taskFolder(logDir: string, key: InstanceKey): string {
  const folder = path.join(runFolder(logDir, key), `task_id=${key.taskId}`);
  return key.mapIndex < 0 ? folder : path.join(folder, `map_index=${key.mapIndex}`);
}

function logFile(logDir: string, key: InstanceKey, tryNumber: number): string {
  return path.join(taskFolder(logDir, key), `attempt=${tryNumber}.log`);
}

async function newestTry(logDir: string, key: InstanceKey): Promise<number> {
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

/** Once full, a log keeps its lines from the platform's own log as well. */
function teeLogger(
  parent: Logger,
  clock: Clock,
  write: (line: LogLine) => boolean,
  base: LogFields = {},
): Logger {
  const log =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void => {
      const all = { ...base, ...fields };
      const at = clock.now().toISOString();
      const line =
        Object.keys(all).length === 0 ? { at, level, message } : { at, level, message, fields: all };
      if (write(line)) parent[level](message, fields);
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => teeLogger(parent.child(fields), clock, write, { ...base, ...fields }),
  };
}
