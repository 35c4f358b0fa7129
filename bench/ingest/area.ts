import type { Area } from '../figure.ts';
import { measureCapture } from './capture-figures.ts';
import { measureExtract } from './extract-figures.ts';
import { startServer } from './server.ts';

/** On this machine: log to files, files to raw tables, the snapshot, objects of an API. */
export const ingest: Area = {
  name: 'ingest',
  about: 'change capture against the speed of the log',
  measure: async (say) => {
    await using bench = await startServer();
    return [...(await measureCapture(bench, say)), ...(await measureExtract(bench, say))];
  },
};
