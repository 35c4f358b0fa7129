import { systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { dataPaths, readSettings } from './data-dir.ts';
import type { DataPaths } from './data-dir.ts';
import { cliErrors } from './errors.ts';
import type { OperationCall, OperationResult } from './operations/operation.ts';
import { revive } from './operations/failure.ts';
import { parseAnswerLine } from './operations/wire-format.ts';
import { postForLines } from './post-lines.ts';
import { acquireLock, alreadyRunning, currentOwner } from './supervisor/lock.ts';
import type { Claim } from './supervisor/lock.ts';

const waitForCommandMs = 60_000;

/**
 * Runs an operation where the data folder's owner is: in the supervisor over HTTP if one is up, else here, as the
 * owner for as long as it takes. A folder owned by another short command is waited for.
 */
export async function runOperation(call: OperationCall): Promise<OperationResult> {
  const paths = dataPaths(call.dataDir);
  if ((await readSettings(paths)) === undefined) {
    throw cliErrors.error('CLI_NOT_FOUND', {
      message: 'no platform was ever started on this data folder',
      where: paths.root,
      remedy: 'Run `shopwave start --once` first, or name the right folder with --data-dir.',
    });
  }
  const deadline = systemClock.monotonicMs() + waitForCommandMs;
  for (;;) {
    const owner = await currentOwner(paths.lock);
    if (owner?.role === 'supervisor') return send(call, owner, paths);
    if (owner === undefined) {
      const result = await runHere(call, paths);
      if (result !== 'lost the race') return result;
    }
    if (owner !== undefined && systemClock.monotonicMs() > deadline) throw alreadyRunning(owner, paths.root);
    await systemClock.sleep(100, call.signal);
  }
}

async function runHere(call: OperationCall, paths: DataPaths): Promise<OperationResult | 'lost the race'> {
  const lock = await acquireLock(paths.lock, 'command', systemClock).catch((error: unknown) => {
    if (isAlreadyRunning(error)) return undefined;
    throw error;
  });
  if (lock === undefined) return 'lost the race';
  try {
    const { runLocally } = await import('./operations/run-locally.ts');
    return await runLocally(call, paths);
  } finally {
    await lock.release();
  }
}

function isAlreadyRunning(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'CLI_ALREADY_RUNNING';
}

async function send(call: OperationCall, owner: Claim, paths: DataPaths): Promise<OperationResult> {
  const port = owner.port ?? (await waitForPort(paths, owner.pid));
  const answer = await postForLines({
    port,
    path: `/api/operations/${call.name}`,
    token: owner.token,
    body: call.input,
    signal: call.signal,
  }).catch((cause: unknown) => {
    throw unreachable(owner, port, messageOf(cause));
  });
  if (answer.status !== 200) throw unreachable(owner, port, `it answered ${answer.status}`);
  for await (const text of answer.lines) {
    const line = parseAnswerLine(text);
    if (line.type === 'result') return line.result;
    if (line.type === 'error') throw revive(line.error);
    call.onProgress(line.event);
  }
  throw unreachable(owner, port, 'it ended before it had answered');
}

async function waitForPort(paths: DataPaths, pid: number): Promise<number> {
  for (let waited = 0; waited < 5_000; waited += 100) {
    const owner = await currentOwner(paths.lock);
    if (owner?.port !== undefined && owner.port !== null) return owner.port;
    await systemClock.sleep(100);
  }
  throw cliErrors.error('CLI_SUPERVISOR_UNREACHABLE', {
    message: `the supervisor (process ${pid}) has no HTTP port yet`,
    where: paths.root,
  });
}

function unreachable(owner: Claim, port: number, reason: string): Error {
  return cliErrors.error('CLI_SUPERVISOR_UNREACHABLE', {
    message: `the supervisor (process ${owner.pid}) does not answer: ${reason}`,
    where: `http://127.0.0.1:${port}`,
  });
}
