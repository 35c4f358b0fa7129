import type { Outcome } from '../contract.ts';
import { ddl } from './ddl.ts';
import type { Grant } from './grants.ts';
import { setOwner } from './owners.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

type Target = Pick<Grant, 'kind' | 'object'>;

/** GRANT privileges ON object TO ROLE name, or GRANT ROLE name TO ROLE | USER name. */
export async function grant(work: Work, scan: Scan): Promise<Outcome> {
  const { engine } = work;
  const { privileges, targets } = readGranted(work, scan);
  scan.must('to');
  const { grantee, granteeKind } = readGrantee(work, scan);
  const withGrantOption = scan.takes('with grant option');
  const isOwnership = privileges.includes('OWNERSHIP');
  if (isOwnership && !scan.takes('copy current grants')) scan.takes('revoke current grants');
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      const createdMs = engine.now();
      for (const privilege of privileges)
        for (const target of targets())
          engine.grants.add({ privilege, ...target, grantee, granteeKind, withGrantOption, createdMs });
      if (isOwnership) for (const target of targets()) setOwner(engine, target, grantee);
      return await Promise.resolve(done('GRANT'));
    },
  );
}

/** REVOKE, the other way round; what was not granted is no error. */
export async function revoke(work: Work, scan: Scan): Promise<Outcome> {
  const { engine } = work;
  scan.takes('grant option for');
  const { privileges, targets } = readGranted(work, scan);
  scan.must('from');
  const { grantee, granteeKind } = readGrantee(work, scan);
  if (!scan.takes('cascade')) scan.takes('restrict');
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      for (const privilege of privileges)
        for (const target of targets()) engine.grants.remove({ privilege, ...target, grantee, granteeKind });
      return await Promise.resolve(done('GRANT'));
    },
  );
}

function readGrantee({ engine }: Work, scan: Scan): Pick<Grant, 'grantee' | 'granteeKind'> {
  const granteeKind = scan.takes('user') ? 'USER' : 'ROLE';
  if (granteeKind === 'ROLE') scan.takes('role');
  const grantee = scan.identifier();
  engine.objects.must(granteeKind, [grantee]);
  return { grantee, granteeKind };
}

interface Granted {
  readonly privileges: readonly string[];
  readonly targets: () => readonly Target[];
}

function readGranted(work: Work, scan: Scan): Granted {
  if (scan.takes('role')) {
    const role = scan.identifier();
    work.engine.objects.must('ROLE', [role]);
    return { privileges: ['USAGE'], targets: () => [{ kind: 'ROLE', object: role }] };
  }
  const privileges: string[] = [];
  do privileges.push(scan.textUntil(',', 'on').toUpperCase().replaceAll(/\s+/g, ' '));
  while (scan.takes(','));
  scan.must('on');
  return { privileges, targets: readTargets(work, scan) };
}

const kinds = [
  'TABLE',
  'VIEW',
  'SCHEMA',
  'DATABASE',
  'WAREHOUSE',
  'STAGE',
  'INTEGRATION',
  'FILE FORMAT',
  'TAG',
  'MASKING POLICY',
  'NETWORK POLICY',
  'RESOURCE MONITOR',
  'ROLE',
  'USER',
];

function readTargets(work: Work, scan: Scan): () => readonly Target[] {
  const { catalog } = work.engine;
  const { session } = work;
  if (scan.takes('account')) return () => [{ kind: 'ACCOUNT', object: 'DOUBLE' }];
  const isFuture = scan.takes('future');
  if (isFuture || scan.takes('all')) {
    const plural = scan.identifier();
    scan.must('in');
    const within = scan.takes('database') ? 'DATABASE' : 'SCHEMA';
    if (within === 'SCHEMA') scan.must('schema');
    const parts = scan.name();
    const place = within === 'SCHEMA' && parts.length === 1 ? [session.database ?? '', ...parts] : parts;
    if (within === 'SCHEMA') catalog.mustSchema(place[0] ?? '', place[1] ?? '');
    else catalog.mustDatabase(place[0] ?? '');
    if (isFuture)
      return () => [{ kind: `FUTURE ${plural}`, object: `${place.join('.')}.<${singular(plural)}>` }];
    return () => allWithin(work, plural, place);
  }
  const kind = kinds.find((each) => scan.takes(each)) ?? 'TABLE';
  const name = scan.name();
  return () => [existing(work, kind, name)];
}

function singular(plural: string): string {
  return plural.replace(/S$/, '');
}

function allWithin({ engine }: Work, plural: string, [database = '', schema]: readonly string[]): Target[] {
  const kind = singular(plural);
  if (kind === 'SCHEMA') {
    return [...engine.catalog.mustDatabase(database).schemas.keys()].map((name) => ({
      kind,
      object: `${database}.${name}`,
    }));
  }
  return engine.catalog
    .within(database, schema)
    .filter((relation) => relation.kind.toUpperCase() === kind)
    .map((relation) => ({ kind, object: relation.name.join('.') }));
}

/** The object must be there: a grant on nothing is an error. */
function existing({ engine, session }: Work, kind: string, parts: readonly string[]): Target {
  const { catalog, objects, warehouses, stages } = engine;
  const [last = '', before = session.database ?? ''] = parts.toReversed();
  if (kind === 'TABLE' || kind === 'VIEW') {
    const found = catalog.must(catalog.full(parts, session), session.id);
    return { kind: found.kind.toUpperCase(), object: found.name.join('.') };
  }
  if (kind === 'SCHEMA') {
    catalog.mustSchema(before, last);
    return { kind, object: `${before}.${last}` };
  }
  if (kind === 'DATABASE') return { kind, object: catalog.mustDatabase(last).name };
  if (kind === 'WAREHOUSE') return { kind, object: warehouses.must(last).name };
  if (kind === 'STAGE') return { kind, object: stages.must(catalog.full(parts, session)).name.join('.') };
  if (kind === 'INTEGRATION')
    return { kind, object: objects.must('STORAGE INTEGRATION', [last]).name.join('.') };
  const isOfAccount = ['ROLE', 'USER', 'RESOURCE MONITOR', 'NETWORK POLICY'].includes(kind);
  const name = isOfAccount ? [last] : catalog.full(parts, session);
  if (name.length === 0) throw refused('syntax', kind);
  return { kind, object: objects.must(kind, name).name.join('.') };
}
