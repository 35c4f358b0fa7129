import type { ShopwaveError } from '../../lib/errors.ts';
import { canaryTable, canaryTableSql } from './canary.ts';
import { captureErrors } from './errors.ts';
import type { CaptureErrorCode } from './errors.ts';
import { alterPublicationSql, publicationSql, quoted } from './publication.ts';
import { sourceSchema } from './relation.ts';
import type { CapturedTable } from './shop-tables.ts';
import type { LogFacts, PublicationFacts, ServerFacts, TableFacts } from './source-facts.ts';

/** One thing that stands in the way of capture, and the statement or step that removes it. */
export interface Problem {
  readonly code: CaptureErrorCode;
  readonly message: string;
  readonly remedy: string;
}

export interface ReadinessFacts {
  readonly server: ServerFacts;
  readonly log: LogFacts;
  readonly tables: readonly TableFacts[];
  readonly publication: PublicationFacts | undefined;
  readonly publicationName: string;
  /** What the publication is to have: the tables to capture, and the canary's where there is one. */
  readonly published: readonly CapturedTable[];
}

/** A partitioned table among them: rows of its partitions then come under its name. */
export function publishesViaRoot(tables: readonly TableFacts[]): boolean {
  return tables.some((each) => each.kind === 'p');
}

/** Everything that stands in the way of setting up capture; empty when nothing does. */
export function readinessProblems(facts: ReadinessFacts, wanted: readonly CapturedTable[]): Problem[] {
  return [
    ...serverProblems(facts),
    ...canaryProblems(facts),
    ...wanted.flatMap((table) =>
      tableProblems(
        table,
        facts.tables.find((each) => each.table === table.table),
        facts,
      ),
    ),
    ...(facts.publication === undefined
      ? []
      : publicationDifferences(facts.publication, facts.published, publishesViaRoot(facts.tables)).map(
          (message) => ({
            code: 'CAPTURE_PUBLICATION_DIFFERS' as const,
            message,
            remedy: mendPublicationSql(facts)
              .map((sql) => `${sql};`)
              .join('\n    '),
          }),
        )),
  ];
}

/** One error for all problems: its own code when there is one, CAPTURE_NOT_READY with every line when more. */
export function readinessError(problems: readonly Problem[], where: string): ShopwaveError {
  const [first] = problems;
  if (first !== undefined && problems.length === 1)
    return captureErrors.error(first.code, { ...first, where });
  const lines = problems.map((each) => `\n  - ${each.message} [${each.code}]\n    ${each.remedy}`);
  return captureErrors.error('CAPTURE_NOT_READY', {
    message: `${problems.length} things stand in the way:${lines.join('')}`,
    where,
  });
}

function serverProblems({ server, log, publication }: ReadinessFacts): Problem[] {
  const problems: Problem[] = [];
  const add = (code: CaptureErrorCode, message: string, remedy?: string): void => {
    problems.push({ code, message, remedy: remedy ?? captureErrors.kinds[code].remedy });
  };
  if (server.version < 150_000) {
    add('CAPTURE_SERVER_TOO_OLD', `the server is PostgreSQL ${Math.floor(server.version / 10_000)}`);
  }
  if (log.isStandby) add('CAPTURE_STANDBY', 'the server is in recovery');
  if (server.walLevel !== 'logical') add('CAPTURE_WAL_LEVEL', `wal_level is ${server.walLevel}`);
  if (server.encoding === 'SQL_ASCII') add('CAPTURE_ENCODING', 'the database encoding is SQL_ASCII');
  if (!server.mayReplicate) {
    add(
      'CAPTURE_RIGHTS',
      `${server.user} may not replicate`,
      `alter role ${server.user} replication; (RDS: grant rds_replication to ${server.user};)`,
    );
  }
  if (publication === undefined && !server.mayCreate) {
    add(
      'CAPTURE_RIGHTS',
      `${server.user} may not create a publication`,
      `grant create on database ${server.database} to ${server.user};`,
    );
  }
  return problems;
}

/** The canary needs a table of its own, made by us or by somebody who gives us the right to write it. */
function canaryProblems({
  server,
  tables,
  published,
  publication,
  publicationName,
}: ReadinessFacts): Problem[] {
  if (!published.includes(canaryTable)) return [];
  const off = 'Or set up without it: shopwave sources postgres setup --canary off.';
  const name = `${sourceSchema}.${canaryTable.table}`;
  const found = tables.find((each) => each.table === canaryTable.table);
  const grant = `grant select, insert, update on ${name} to ${server.user};`;
  if (found === undefined) {
    if (server.mayCreateTable) return [];
    const message = `${server.user} may not create the table of the canary, ${name}`;
    return [problem('CAPTURE_RIGHTS', message, `${canaryTableSql}; ${grant} ${off}`)];
  }
  const problems = identityProblems(canaryTable, found);
  if (!found.mayWrite) {
    problems.push(problem('CAPTURE_RIGHTS', `${server.user} may not write ${name}`, `${grant} ${off}`));
  }
  if (publication === undefined && !found.isOwned) {
    const remedy = `Let the owner of ${name} create publication ${publicationName}. ${off}`;
    problems.push(problem('CAPTURE_RIGHTS', `${server.user} may not publish ${name}`, remedy));
  }
  return problems;
}

function tableProblems(
  wanted: CapturedTable,
  found: TableFacts | undefined,
  facts: ReadinessFacts,
): Problem[] {
  const name = `${sourceSchema}.${wanted.table}`;
  const { user } = facts.server;
  if (found === undefined) {
    return [problem('CAPTURE_TABLE_MISSING', `table ${name} does not exist`)];
  }
  if (!['r', 'p'].includes(found.kind) || found.persistence !== 'p') {
    return [
      problem(
        'CAPTURE_TABLE_MISSING',
        `${name} is no ordinary logged table (kind ${found.kind}, ${found.persistence})`,
      ),
    ];
  }
  const problems = [...identityProblems(wanted, found), ...columnProblems(wanted, found)];
  const unreadable = found.columns.filter((each) => wanted.columns.includes(each.name) && !each.maySelect);
  if (unreadable.length > 0) {
    const columns = unreadable.map((each) => each.name).join(', ');
    const grant = `grant select (${columns}) on ${name} to ${user};`;
    problems.push(problem('CAPTURE_RIGHTS', `${user} may not read ${name} (${columns})`, grant));
  }
  if (facts.publication === undefined && !found.isOwned) {
    const remedy = `Let the owner of ${name} create publication ${facts.publicationName}, or grant its role to ${user}.`;
    problems.push(
      problem('CAPTURE_RIGHTS', `${user} may not publish ${name}, which it does not own`, remedy),
    );
  }
  return problems;
}

/** The replica identity must be the declared key: deletes and key changes carry its columns and no others. */
export function identityProblems(wanted: CapturedTable, found: TableFacts): Problem[] {
  const name = `${sourceSchema}.${wanted.table}`;
  const key = wanted.key.join(', ');
  if (found.replicaIdentity === 'f' || found.replicaIdentity === 'n') {
    const kind = found.replicaIdentity === 'f' ? 'full' : 'nothing';
    return [
      problem(
        'CAPTURE_REPLICA_IDENTITY',
        `${name} has replica identity ${kind}, which goes with no column list`,
        `alter table ${name} replica identity default;`,
      ),
    ];
  }
  if (found.unfitPartitions.length > 0) {
    return found.unfitPartitions.map((partition) =>
      problem(
        'CAPTURE_REPLICA_IDENTITY',
        `partition ${partition} of ${name} has a replica identity that goes with no column list`,
        `alter table ${partition} replica identity default;`,
      ),
    );
  }
  if (sameNames(found.identity, wanted.key)) return [];
  const message =
    found.identity.length === 0
      ? `${name} has no primary key that is checked at once`
      : `${name} is identified by (${found.identity.join(', ')}), not by (${key})`;
  return [problem('CAPTURE_KEY_MISSING', message, `alter table ${name} add primary key (${key});`)];
}

function columnProblems(wanted: CapturedTable, found: TableFacts): Problem[] {
  const columns = new Map(found.columns.map((column) => [column.name, column]));
  return wanted.columns
    .filter((name) => columns.get(name)?.isGenerated !== false)
    .map((name) => {
      const what = columns.has(name)
        ? 'is generated, and generated columns are not captured'
        : 'does not exist';
      return problem('CAPTURE_COLUMN_MISSING', `column ${sourceSchema}.${wanted.table}.${name} ${what}`);
    });
}

/** The statements that make the publication what it is to be; none when it is. */
export function mendPublicationSql(facts: ReadinessFacts): string[] {
  const { publication, publicationName: name, published } = facts;
  const viaRoot = publishesViaRoot(facts.tables);
  const made = publicationSql(name, published, viaRoot);
  if (publication === undefined) return [made];
  if (publicationDifferences(publication, published, viaRoot).length === 0) return [];
  // What it publishes besides tables cannot be altered away.
  const isBroader = publication.allTables || publication.schemas > 0 || publication.generatedColumns !== 'n';
  return isBroader
    ? [`drop publication ${quoted(name)}`, made]
    : alterPublicationSql(name, published, viaRoot);
}

/** In what a publication is not exactly the allow-list; empty when it is. */
export function publicationDifferences(
  found: PublicationFacts,
  wanted: readonly CapturedTable[],
  viaRoot: boolean,
): string[] {
  const flags = [
    found.allTables || found.schemas > 0 ? 'it publishes whole schemas or all tables' : '',
    found.publishesAll ? '' : 'it leaves out some of insert, update, delete, truncate',
    found.viaRoot === viaRoot
      ? ''
      : `it ${found.viaRoot ? 'publishes' : 'does not publish'} through partition roots`,
    found.generatedColumns === 'n' ? '' : 'it publishes generated columns',
  ];
  const extra = found.tables
    .filter((each) => each.schema !== sourceSchema || !wanted.some((table) => table.table === each.table))
    .map((each) => `it publishes ${each.schema}.${each.table}, which is not on the allow-list`);
  const tables = wanted.map((table) => {
    const published = found.tables.find((each) => each.schema === sourceSchema && each.table === table.table);
    if (published === undefined) return `it does not publish ${table.table}`;
    if (published.hasRowFilter) return `it filters the rows of ${table.table}`;
    if (published.columns === null) return `it publishes every column of ${table.table}`;
    return sameNames(published.columns, table.columns) ? '' : `it publishes other columns of ${table.table}`;
  });
  return [...flags, ...extra, ...tables].filter((each) => each !== '');
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name));
}

function problem(code: CaptureErrorCode, message: string, remedy?: string): Problem {
  return { code, message, remedy: remedy ?? captureErrors.kinds[code].remedy };
}
