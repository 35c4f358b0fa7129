import type { Outcome } from '../contract.ts';
import { accountListings } from './account-listings.ts';
import { grantColumns, grantRow, showColumn, showValue } from './listing.ts';
import type { Listing, Shown } from './listing.ts';
import { placeListings } from './place-listings.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { listed } from './work.ts';
import type { Work } from './work.ts';

const listings: Readonly<Record<string, Listing>> = { ...placeListings, ...accountListings };

/** SHOW things [LIKE pattern] [IN place] [STARTS WITH text] [LIMIT n]; needs no warehouse. */
export function show(work: Work, scan: Scan): Outcome {
  if (scan.takes('parameters')) return showParameters(work, scan);
  if (scan.sees('grants') || scan.sees('future grants')) return showGrants(work, scan);
  scan.takes('terse');
  const kind = Object.keys(listings).find((each) => scan.takes(each));
  const listing = kind === undefined ? undefined : listings[kind];
  if (listing === undefined) throw refused('unsupported', `SHOW ${scan.peek()?.text ?? ''}`);
  const { columns, rows } = listing;
  const pattern = scan.takes('like') ? likePattern(scan.string()) : undefined;
  const shown = { work, ...readPlace(work, scan) };
  const start = scan.takes('starts with') ? scan.string() : '';
  const limit = scan.takes('limit') ? scan.integer() : Number.POSITIVE_INFINITY;
  scan.mustEnd();
  const named = columns.indexOf(kind === 'COLUMNS' ? 'column_name' : 'name');
  const found = rows(shown).filter((row) => {
    const name = String(row[named] ?? '');
    return (pattern === undefined || pattern.test(name)) && name.startsWith(start);
  });
  return listed(
    'SHOW',
    columns.map(showColumn),
    found.slice(0, limit).map((row) => row.map(showValue)),
  );
}

function readPlace({ engine, session }: Work, scan: Scan): Pick<Shown, 'database' | 'schema'> {
  const here = { database: session.database ?? undefined, schema: session.schema ?? undefined };
  if (!scan.takes('in')) return here;
  if (scan.takes('account')) return { database: undefined, schema: undefined };
  if (scan.takes('database'))
    return scan.isAtEnd
      ? { ...here, schema: undefined }
      : { database: engine.catalog.mustDatabase(scan.identifier()).name, schema: undefined };
  const isTable = scan.takes('table') || scan.takes('view');
  if (!isTable) scan.takes('schema');
  const [last = '', second = session.database ?? '', first] = scan.name().toReversed();
  if (isTable) return { database: first ?? here.database, schema: second };
  engine.catalog.mustSchema(second, last);
  return { database: second, schema: last };
}

/** LIKE's own: case does not count. */
function likePattern(pattern: string): RegExp {
  const text = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${text.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'i');
}

function showParameters({ session }: Work, scan: Scan): Outcome {
  const pattern = scan.takes('like') ? likePattern(scan.string()) : /^/;
  if (scan.takes('in') || scan.takes('for')) scan.must('session');
  scan.mustEnd();
  const columns = ['key', 'value', 'default', 'level', 'description', 'type'];
  const rows = session.parameters
    .all()
    .filter(({ name }) => pattern.test(name))
    .map(({ name, value, initial, isSet }) => [name, value, initial, isSet ? 'SESSION' : '', '', 'STRING']);
  return listed(
    'SHOW',
    columns.map((name) => ({ name, type: 'TEXT', nullable: true })),
    rows,
  );
}

/** SHOW GRANTS [TO ROLE | USER name | OF ROLE name | ON object]; SHOW FUTURE GRANTS IN place. */
function showGrants({ engine, session }: Work, scan: Scan): Outcome {
  const isFuture = scan.takes('future');
  scan.must('grants');
  const { all } = engine.grants;
  let found = all.filter(({ kind }) => kind.startsWith('FUTURE ') === isFuture);
  if (scan.takes('to')) {
    const granteeKind = scan.takes('user') ? 'USER' : 'ROLE';
    if (granteeKind === 'ROLE') scan.takes('role');
    const name = scan.identifier();
    engine.objects.must(granteeKind, [name]);
    found = found.filter((each) => each.granteeKind === granteeKind && each.grantee === name);
  } else if (scan.takes('of role')) {
    const name = scan.identifier();
    found = found.filter((each) => each.kind === 'ROLE' && each.object === name);
  } else if (scan.takes('in')) {
    if (!scan.takes('schema')) scan.must('database');
    const name = scan.name().join('.');
    found = found.filter((each) => each.object.startsWith(`${name}.`));
  } else if (scan.takes('on')) {
    if (scan.takes('account')) found = found.filter((each) => each.kind === 'ACCOUNT');
    else {
      const kind = scan.identifier();
      const name = scan.name();
      const full = ['TABLE', 'VIEW'].includes(kind) ? engine.catalog.full(name, session) : name;
      found = found.filter((each) => each.kind === kind && each.object.endsWith(full.join('.')));
    }
  } else if (!scan.isAtEnd) scan.fail();
  scan.mustEnd();
  return listed(
    'SHOW',
    grantColumns.map(showColumn),
    found.map((each) => grantRow(each).map(showValue)),
  );
}
