import { Worker } from 'node:worker_threads';
import { systemClock } from '../../../lib/clock.ts';
import { messageOf } from '../../../lib/errors.ts';
import { SqlError } from '../sql-error.ts';

/** A PostgreSQL in a thread of its own. */
export interface PostgresThread {
  /** Resolves once it answers. */
  readonly ready: Promise<void>;
  /** Whether it has ended, by `close` or by itself. */
  readonly isGone: () => boolean;
  /** Sends frontend messages, and resolves to what PostgreSQL answers. Throws SqlError 57014 where that takes too long. */
  readonly exchange: (bytes: Buffer) => Promise<Buffer>;
  /** Ends it once everything that was asked has its answer. */
  readonly closeWhenIdle: () => Promise<void>;
}

type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string };

interface Waiting {
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: unknown) => void;
}

const workerFile = new URL('./postgres-worker.mjs', import.meta.url);
/** Twice what the longest statement of a tool takes on a slow machine, and far less than people wait. */
const mostMs = 20_000;

/** The files of an empty cluster, compressed; about two seconds of work in a thread that is gone afterwards. */
export async function makeImage(): Promise<Uint8Array> {
  const worker = new Worker(workerFile, { execArgv: [], workerData: { kind: 'image' } });
  return new Promise((resolve, reject) => {
    worker.once('message', ({ image }: { readonly image: Uint8Array }) => resolve(image));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that makes a catalogue ended')));
  });
}

/** Starts a PostgreSQL from an image and has it run a script as its owner. */
export function startPostgresThread(image: Uint8Array, script: string): PostgresThread {
  const worker = new Worker(workerFile, { execArgv: [], workerData: { kind: 'serve', image, script } });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let gone: string | undefined;
  let progress = new AbortController();
  const end = (reason: string, error: Error): void => {
    gone ??= reason;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    progress.abort();
  };
  const ready = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') return resolve();
      const asker = waiting.get(message.id);
      waiting.delete(message.id);
      progress.abort();
      if (message.kind === 'answer') asker?.resolve(Buffer.from(message.bytes.buffer));
      else if (message.reason.startsWith('RangeError')) {
        asker?.reject(tooLarge());
        // The thread ends by itself; whoever asks next has another one.
        end('an answer was too large', outOfOrder('an answer was too large'));
      } else asker?.reject(new Error(message.reason));
    });
    worker.on('error', (error) => {
      reject(error);
      end(messageOf(error), outOfOrder(messageOf(error)));
    });
    worker.on('exit', () => {
      reject(new Error('the catalogue ended before it was ready'));
      end('it ended', outOfOrder('its thread ended'));
    });
  });
  ready.catch(() => {});
  worker.unref();
  const exchange = async (bytes: Buffer): Promise<Buffer> => {
    if (gone !== undefined) throw outOfOrder(gone);
    const id = (last += 1);
    if (waiting.size === 0) void watch();
    return new Promise<Buffer>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
      worker.postMessage({ id, bytes });
    });
  };
  /** Ends the thread when nothing was answered for too long. Whoever waits behind what does not end is told so, too. */
  const watch = async (): Promise<void> => {
    for (;;) {
      progress = new AbortController();
      await systemClock.sleep(mostMs, progress.signal);
      if (waiting.size === 0) return;
      if (!progress.signal.aborted) break;
    }
    end('a statement did not end', tooLong());
    await worker.terminate();
  };
  return {
    ready,
    exchange,
    isGone: () => gone !== undefined,
    closeWhenIdle: async () => {
      while (waiting.size > 0) await systemClock.sleep(50);
      end('it was closed', outOfOrder('it was closed'));
      await worker.terminate();
    },
  };
}

function tooLong(): SqlError {
  return new SqlError({
    code: '57014',
    message: `the statement was ended: it took more than ${mostMs / 1000} s beside the warehouse`,
    hint: 'Let the semantic layer aggregate more: group by what is needed, and leave generated rows out.',
  });
}

function tooLarge(): SqlError {
  return new SqlError({
    code: '54000',
    message: 'the answer has more than 64 MB',
    hint: 'Ask for fewer columns or rows; a tool can page with LIMIT and OFFSET.',
  });
}

function outOfOrder(reason: string): SqlError {
  return new SqlError({
    code: '57P03',
    message: `the catalogue is not there: ${reason}`,
    hint: 'Ask again.',
  });
}
