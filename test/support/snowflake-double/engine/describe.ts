import type { Outcome } from '../contract.ts';
import { spelled } from './column-types.ts';
import { isObjectKind, objectKind, objectName } from './object-commands.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { describeColumns, describeRow, showColumn, showValue } from './listing.ts';
import { listed, textColumn } from './work.ts';
import type { Work } from './work.ts';

/** DESCRIBE TABLE | VIEW | RESULT | an object; needs no warehouse. */
export function describe(work: Work, scan: Scan): Outcome {
  const { engine, session } = work;
  if (scan.takes('result')) return describeResult(work, scan);
  if (isObjectKind(scan)) return describeObject(work, scan);
  const isView = scan.takes('view');
  if (!isView) scan.must('table');
  const name = engine.catalog.full(scan.name(), session);
  if (scan.takes('type')) scan.must('= columns');
  scan.mustEnd();
  const found = isView ? engine.catalog.mustView(name, session.id) : engine.catalog.must(name, session.id);
  return listed(
    'DESCRIBE',
    describeColumns.map(showColumn),
    found.columns.map((column) => describeRow(column).map(showValue)),
  );
}

function describeResult({ session }: Work, scan: Scan): Outcome {
  const isLast = scan.takes('last_query_id ( )');
  const id = isLast ? session.lastQueryId : scan.string();
  scan.mustEnd();
  const columns = session.results.get(id);
  if (columns === undefined) throw refused('missing', `statement ${id}`);
  return listed(
    'DESCRIBE',
    describeColumns.map(showColumn),
    columns.map((column) =>
      [
        column.name,
        spelled(column),
        'COLUMN',
        column.nullable ? 'Y' : 'N',
        null,
        'N',
        'N',
        null,
        null,
        null,
        null,
      ].map(showValue),
    ),
  );
}

/** What an object was given, a row for each property. */
function describeObject(work: Work, scan: Scan): Outcome {
  const kind = objectKind(scan);
  const object = work.engine.objects.must(kind, objectName(work, scan, kind));
  scan.mustEnd();
  const rows = [...object.properties].map(([name, value]) => [name, 'String', value, null]);
  if (object.body !== '') rows.push(['BODY', 'String', object.body, null]);
  return listed(
    'DESCRIBE',
    ['property', 'property_type', 'property_value', 'property_default'].map(textColumn),
    rows,
  );
}
