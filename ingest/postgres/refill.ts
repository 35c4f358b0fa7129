import type { LastLine, MovedRow } from './change-lines.ts';
import { CopyRows } from './copy-rows.ts';
import { keyList, keyRow } from './keyset.ts';
import type { OversizeShelf } from './oversize.ts';
import { quoted, tableSql } from './publication.ts';
import type { CapturedRelation } from './relation.ts';
import { writeRow } from './row-lines.ts';
import type { LineSink } from './row-lines.ts';
import type { SourceConnection } from './source-connection.ts';
import { readTables } from './source-facts.ts';
import type { TableFacts } from './source-facts.ts';

export interface RefillInput {
  readonly source: SourceConnection;
  readonly moved: readonly MovedRow[];
  readonly sink: LineSink;
  readonly shelf: OversizeShelf;
  /** The last line of the pull: what is read now comes after it, and before everything that the next pull brings. */
  readonly after: LastLine;
}

const rowsPerStatement = 500;

/**
 * Reads rows again that came under a new key without all of their values. Resolves to the tables in which some were no
 * longer there: they have moved on, and what the stream says of that must be filled up too.
 */
export async function refillMoved(input: RefillInput): Promise<Set<string>> {
  const left = new Set<string>();
  let { ord } = input.after;
  for (const relation of new Set(input.moved.map((each) => each.relation))) {
    const rows = input.moved.filter((each) => each.relation === relation);
    const [facts] = await readTables(input.source, [{ table: relation.table, key: [], columns: [] }]);
    const keys = [...new Map(rows.map(({ key }) => [key.join('\0'), key])).values()];
    let found = 0;
    if (facts === undefined) continue;
    for (let from = 0; from < keys.length; from += rowsPerStatement) {
      const some = keys.slice(from, from + rowsPerStatement);
      const copied = new CopyRows(relation, input.shelf, (values) => {
        found += 1;
        ord += 1;
        const line = { op: 'u' as const, stamp: input.after.stamp, ord };
        writeRow(input.sink, input.shelf, relation, line, values);
      });
      for await (const bytes of input.source.copyOut(rowsSql(relation, facts, some))) {
        await copied.push(bytes);
        await input.shelf.drain();
      }
      copied.end();
    }
    if (found < keys.length) left.add(relation.table);
  }
  return left;
}

function rowsSql(
  relation: CapturedRelation,
  facts: TableFacts,
  keys: ReadonlyArray<readonly string[]>,
): string {
  const names = relation.key.map((index) => relation.columns[index]);
  const key = names.flatMap((name) => facts.columns.find((each) => each.name === name) ?? []);
  const columns = relation.columns.map(quoted).join(', ');
  const rows = keys.map((values) => keyRow(key, values)).join(', ');
  return `copy (select ${columns} from ${tableSql(facts)} where (${keyList(key)}) in (${rows})) to stdout`;
}
