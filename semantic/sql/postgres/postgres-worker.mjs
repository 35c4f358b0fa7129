// A PostgreSQL in a worker thread: a statement that does not end can be ended with the thread. Takes frontend messages of
// the wire protocol and gives back what PostgreSQL answers to them, byte for byte.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/** Small, since nothing is in it but a catalogue: PostgreSQL would take 128 MB of buffers for each thread. */
const settings = { shared_buffers: '2MB', wal_buffers: '32kB', max_connections: '4', work_mem: '64MB' };
const startParams = [
  ...PGlite.defaultStartParams,
  ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
];

/** @param {unknown} message @param {ArrayBuffer[]} [moved] */
function post(message, moved = []) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
  parentPort?.postMessage(message, moved);
}

/** Makes the files of an empty cluster, which takes initdb two seconds. */
async function makeImage() {
  const postgres = await PGlite.create({ initDbStartParams: ['--wal-segsize=1'], startParams });
  const image = await (await postgres.dumpDataDir('gzip')).arrayBuffer();
  post({ kind: 'image', image: new Uint8Array(image) }, [image]);
}

/** More than any tool shows, and less than would be missed: fifty thousand rows of a kilobyte. */
const mostBytes = 64 * 1024 * 1024;

/**
 * What is answered, as long as it is not too much: throws RangeError.
 * @param {PGlite} postgres
 * @param {Uint8Array} bytes
 */
async function collected(postgres, bytes) {
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  await postgres.execProtocolRawStream(bytes, {
    onRawData: (part) => {
      size += part.length;
      // PGlite ends the statement by it, and passes it over.
      if (size > mostBytes) throw new RangeError('the answer is too large');
      parts.push(Uint8Array.from(part));
    },
  });
  if (size > mostBytes) throw new RangeError('the answer is too large');
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @param {{ image: Uint8Array, script: string }} input */
async function serve({ image, script }) {
  const postgres = await PGlite.create({ loadDataDir: new Blob([image]), startParams });
  await postgres.exec(script);
  post({ kind: 'ready' });
  let turn = Promise.resolve();
  /** @param {{ id: number, bytes: Uint8Array }} asked */
  const answer = async ({ id, bytes }) => {
    try {
      const answered = await collected(postgres, bytes);
      post({ kind: 'answer', id, bytes: answered }, [answered.buffer]);
    } catch (error) {
      post({ kind: 'failure', id, reason: String(error) });
      // What PostgreSQL was told no more of is not known of it.
      if (error instanceof RangeError) process.exit(0);
    }
  };
  parentPort?.on('message', (asked) => {
    turn = turn.then(() => answer(asked));
  });
}

await (workerData.kind === 'image' ? makeImage() : serve(workerData));
