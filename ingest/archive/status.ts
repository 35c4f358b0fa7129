import type { ArchiveDeps } from './archive.ts';
import { readCatalog } from './catalog.ts';

/** What the archive holds of one table, by its manifests; nothing is read but they. */
export interface ArchivedTable {
  readonly source: string;
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly files: number;
  readonly rows: number;
  /** Compressed, as landed. */
  readonly bytes: number;
  /** Files whose rows are in Parquet too, and what that takes. */
  readonly compacted: number;
  readonly parquetBytes: number;
}

export interface ArchiveStatus {
  readonly tables: readonly ArchivedTable[];
  /** Problems of the manifests themselves. */
  readonly problems: number;
}

/** Sums up the archive, table by table. */
export async function archiveStatus(deps: Pick<ArchiveDeps, 'store' | 'onProgress'>): Promise<ArchiveStatus> {
  const catalog = await readCatalog(deps.store, { onProgress: deps.onProgress });
  const tables = new Map<string, ArchivedTable>();
  for (const { manifest, file, day } of catalog.files) {
    const { source } = manifest;
    const name = `${source}.${file.table}`;
    const found = tables.get(name) ?? empty(source, file.table, day);
    tables.set(name, {
      ...found,
      from: day < found.from ? day : found.from,
      to: day > found.to ? day : found.to,
      files: found.files + 1,
      rows: found.rows + file.rows,
      bytes: found.bytes + file.bytes,
      compacted: found.compacted + Number(catalog.compactionOf.has(file.key)),
    });
  }
  for (const { compaction } of catalog.compactions) {
    const name = `${compaction.source}.${compaction.table}`;
    const found = tables.get(name);
    if (found !== undefined)
      tables.set(name, { ...found, parquetBytes: found.parquetBytes + compaction.parquet.bytes });
  }
  return {
    tables: [...tables.values()].toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1)),
    problems: catalog.findings.filter(({ severity }) => severity === 'error').length,
  };
}

function nameOf({ source, table }: ArchivedTable): string {
  return `${source}.${table}`;
}

function empty(source: string, table: string, day: string): ArchivedTable {
  return { source, table, from: day, to: day, files: 0, rows: 0, bytes: 0, compacted: 0, parquetBytes: 0 };
}
