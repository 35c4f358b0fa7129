// A PostgreSQL in a worker thread: a statement that does not end can be ended with the thread. Takes frontend messages of
// the wire protocol and gives back what PostgreSQL answers to them, byte for byte.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/** Small, since nothing is in it but a catalogue: 128 MB of buffers would be 100 MB more for each thread. */
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

/** @param {{ image: Uint8Array, script: string }} input */
async function serve({ image, script }) {
  const postgres = await PGlite.create({ loadDataDir: new Blob([image]), startParams });
  await postgres.exec(script);
  post({ kind: 'ready' });
  let turn = Promise.resolve();
  /** @param {{ id: number, bytes: Uint8Array }} asked */
  const answer = async ({ id, bytes }) => {
    try {
      const answered = Uint8Array.from(await postgres.execProtocolRaw(bytes));
      post({ kind: 'answer', id, bytes: answered }, [answered.buffer]);
    } catch (error) {
      post({ kind: 'failure', id, reason: String(error) });
    }
  };
  parentPort?.on('message', (asked) => {
    turn = turn.then(() => answer(asked));
  });
}

await (workerData.kind === 'image' ? makeImage() : serve(workerData));
