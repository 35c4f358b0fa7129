import { Worker } from 'node:worker_threads';
import { formatDuration } from '../../lib/duration.ts';
import { messageOf } from '../../lib/errors.ts';
import { schedulerErrors } from '../errors.ts';

/** Rejects with the typed error of a file whose import does not end in time. */
export type ImportTrial = (candidate: ImportCandidate) => Promise<void>;

/** Contents that are about to be imported. */
export interface ImportCandidate {
  readonly file: string;
  /** Of the file and of what it imports of its folder. */
  readonly hash: string;
  readonly address: string;
}

/** Remembers which contents have been imported to the end before, so that they need no other trial. */
export interface KnownFiles {
  readonly has: (file: string, hash: string) => Promise<boolean>;
  readonly add: (file: string, hash: string) => Promise<void>;
}

/** Trials in a worker thread that is kept for the next one. */
export interface ImportTrials {
  readonly run: ImportTrial;
  /** Has a worker begin before there is a file to try: it takes as long to be ready as a file to be loaded. */
  readonly warm: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Imports a file in a worker thread first: a file that loops for ever at its top level would stop this thread, and all
 * that runs in it, for good; a worker can be ended. Only the top level of new contents is tried.
 */
export function createImportTrials(input: {
  readonly timeoutMs: number;
  readonly known: KnownFiles;
}): ImportTrials {
  const { timeoutMs, known } = input;
  let worker: Worker | undefined;
  const close = async (): Promise<void> => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  const ready = (): Worker => {
    if (worker !== undefined) return worker;
    worker = new Worker(new URL('./import-worker.mjs', import.meta.url));
    worker.unref();
    return worker;
  };
  return {
    close,
    warm: () => void ready(),
    run: async ({ file, hash, address }) => {
      if (await known.has(file, hash)) return;
      const ended = await importIn(ready(), address, timeoutMs);
      if (ended.kind === 'done') return await known.add(file, hash);
      await close();
      throw schedulerErrors.error('DAG_FILE_TIMEOUT', {
        message:
          ended.kind === 'timeout'
            ? `its import did not end within ${formatDuration(timeoutMs)}`
            : `its import took the worker down: ${ended.reason}`,
        where: file,
      });
    },
  };
}

type TrialEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'died'; readonly reason: string };

async function importIn(worker: Worker, url: string, timeoutMs: number): Promise<TrialEnd> {
  const over = new AbortController();
  try {
    return await new Promise((resolve) => {
      const { signal } = over;
      const timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs);
      signal.addEventListener('abort', () => clearTimeout(timer));
      const onMessage = (): void => resolve({ kind: 'done' });
      const onError = (error: unknown): void => resolve({ kind: 'died', reason: messageOf(error) });
      const onExit = (code: number): void => resolve({ kind: 'died', reason: `exit status ${code}` });
      worker.once('message', onMessage).once('error', onError).once('exit', onExit);
      signal.addEventListener('abort', () => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
      worker.postMessage(url);
    });
  } finally {
    over.abort();
  }
}
