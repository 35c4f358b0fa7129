import process from 'node:process';

/**
 * Named places where a test may kill the process for real: `SHOPWAVE_CRASH_AT=cdc.after_manifest:2` sends SIGKILL
 * to this process the second time that place is reached. Unset, a call costs one comparison.
 */
export type FailpointName =
  | 'cdc.after_read'
  | 'cdc.after_file'
  | 'cdc.after_manifest'
  | 'cdc.after_row'
  | 'cdc.after_ack'
  | 'load.inside'
  | 'load.recorded'
  | 'snapshot.after_chunk'
  | 'archive.after_parquet'
  | 'archive.after_manifest'
  | 'extract.after_page'
  | 'stage.inside'
  | 'build.before_audit'
  | 'hold_back.before_publish'
  | 'publish.after_cas'
  | 'publish.after_apply'
  | 'publish.inside'
  | 'publish.after_commit'
  | 'backfill.between_chunks';

const target = parseTarget(process.env['SHOPWAVE_CRASH_AT']);
let hits = 0;

/** Marks a place; see {@link FailpointName}. Does nothing unless the environment names it. */
export function failpoint(name: FailpointName): void {
  if (target === undefined || target.name !== name) return;
  hits += 1;
  if (hits === target.hit) process.kill(process.pid, 'SIGKILL');
}

function parseTarget(text: string | undefined): { name: string; hit: number } | undefined {
  if (text === undefined || text === '') return undefined;
  const [name = '', hit = '1'] = text.split(':');
  return { name, hit: Number(hit) };
}
