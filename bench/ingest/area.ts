import type { Area } from '../figure.ts';
import { measureCapture } from './capture-figures.ts';
import { measureExtract } from './extract-figures.ts';
import { startServer } from '../embedded-server.ts';

/** On this machine: log to files, files to raw tables, the snapshot, objects of an API. */
export const ingest: Area = {
  name: 'ingest',
  about: 'change capture against the speed of the log',
  measure: async (say) => {
    // The log may grow further before a checkpoint.
    await using bench = await startServer({ max_wal_size: '8GB', checkpoint_timeout: '1h' });
    return [...(await measureCapture(bench, say)), ...(await measureExtract(bench, say))];
  },
};
