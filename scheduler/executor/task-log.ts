import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { LogFields, Logger } from '../../lib/logger.ts';
import { schedulerErrors } from '../errors.ts';
import type { Masker } from '../secrets/masker.ts';
import type { LogLine } from './log-line.ts';
import { hidingSecrets } from './hiding-secrets.ts';
import { openLogFile } from './log-file.ts';
import type { InstanceKey, RunKey } from '../store/rows.ts';

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
  /** Hides the secrets that the task has asked for. */
  readonly masker: Masker;
}

/** Opens the log of one try, a JSON-lines file; a sensor that pokes again appends. Lines also go to `parent`. */
export async function openTaskLog(
  input: TaskLogOptions,
  key: InstanceKey,
  tryNumber: number,
): Promise<OpenTaskLog> {
  const { clock, logLimitBytes, masker } = input;
  const { dagId: dag, runId: run, mapIndex } = key;
  const name = mapIndex < 0 ? key.taskId : `${key.taskId}[${mapIndex}]`;
  const parent = input.parent.child({ dag, run, task: name, try: tryNumber });
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
  // Only what the task writes can be a line in pieces; its end is said in whole ones.
  const task = hidingSecrets(masker, { write, tell: (line) => tellParent(parent, line) });
  const end = hidingSecrets(masker, { write: writeFinal, tell: (line) => tellParent(parent, line) });
  return {
    logger: lineLogger(clock, task.write),
    final: lineLogger(clock, (line) => {
      task.flush();
      end.write(line);
    }),
    print: (level, message) => task.write({ at: clock.now().toISOString(), level, message }, 'quiet'),
    drained: file.drained,
    close: async () => {
      task.flush();
      await file.close();
    },
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

/** Says a line in the platform's own log too. */
export function tellParent(parent: Logger, { level, message, fields }: LogLine): void {
  parent[level](message, fields);
}

/** A logger whose lines go there. */
export function lineLogger(clock: Clock, write: (line: LogLine) => void, base: LogFields = {}): Logger {
  const log =
    (level: LogLine['level']) =>
    (message: string, fields?: LogFields): void => {
      const all = { ...base, ...fields };
      const at = clock.now().toISOString();
      write(Object.keys(all).length === 0 ? { at, level, message } : { at, level, message, fields: all });
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => lineLogger(clock, write, { ...base, ...fields }),
  };
}
