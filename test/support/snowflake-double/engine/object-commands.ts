import type { Outcome } from '../contract.ts';
import { ddl } from './ddl.ts';
import { properties } from './properties.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** Kinds of objects that are only remembered, and whether they live in a schema. */
const kinds: Readonly<Record<string, boolean>> = {
  ROLE: false,
  USER: false,
  'RESOURCE MONITOR': false,
  'STORAGE INTEGRATION': false,
  'NETWORK POLICY': false,
  'FILE FORMAT': true,
  TAG: true,
  'MASKING POLICY': true,
};

export function isObjectKind(scan: Scan): boolean {
  return Object.keys(kinds).some((kind) => scan.sees(kind));
}

export function objectKind(scan: Scan): string {
  const kind = Object.keys(kinds).find((each) => scan.takes(each));
  return kind ?? scan.fail();
}

/** An object's name as it is remembered. */
export function objectName({ engine, session }: Work, scan: Scan, kind: string): readonly string[] {
  if (kinds[kind] !== true) return [scan.identifier()];
  const name = engine.catalog.full(scan.name(), session);
  engine.catalog.mustSchema(name[0], name[1]);
  return name;
}

/** CREATE of such an object, after its kind. */
export async function createObject(
  work: Work,
  scan: Scan,
  kind: string,
  orReplace: boolean,
): Promise<Outcome> {
  const { engine, session } = work;
  const ifNotExists = scan.takes('if not exists');
  const name = objectName(work, scan, kind);
  const body = readBody(scan, kind);
  const given = kind === 'RESOURCE MONITOR' ? monitorProperties(scan) : properties(scan);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      const last = name.at(-1) ?? '';
      const isThere = engine.objects.find(kind, name) !== undefined;
      if (isThere && ifNotExists) return done('CREATE', `${last} already exists, statement succeeded.`);
      if (isThere && !orReplace) throw refused('exists', `'${last}'`);
      const comment = given.get('COMMENT') ?? '';
      const owner = session.role ?? '';
      engine.objects.put({ kind, name, properties: given, body, comment, owner, createdMs: engine.now() });
      follow(work, kind, last, given);
      return await Promise.resolve(done('CREATE', `${titled(kind)} ${last} successfully created.`));
    },
  );
}

/** ALTER of such an object, after its kind. */
export async function alterObject(work: Work, scan: Scan, kind: string): Promise<Outcome> {
  const { engine } = work;
  const ifExists = scan.takes('if exists');
  const name = objectName(work, scan, kind);
  const change = readChange(scan, kind);
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      if (ifExists && engine.objects.find(kind, name) === undefined) return done('ALTER');
      const object = engine.objects.must(kind, name);
      if (change.body !== undefined) object.body = change.body;
      for (const [key, value] of change.set) object.properties.set(key, value);
      for (const key of change.unset) object.properties.delete(key);
      object.comment = object.properties.get('COMMENT') ?? '';
      follow(work, kind, name.at(-1) ?? '', object.properties);
      return await Promise.resolve(done('ALTER'));
    },
  );
}

interface ObjectChange {
  readonly body?: string;
  readonly set: ReadonlyMap<string, string>;
  readonly unset: readonly string[];
}

function readChange(scan: Scan, kind: string): ObjectChange {
  const none = { set: new Map<string, string>(), unset: [] };
  if (scan.takes('unset')) {
    const unset = [scan.identifier()];
    while (scan.takes(',')) unset.push(scan.identifier());
    return { ...none, unset };
  }
  if (kind === 'RESOURCE MONITOR' && scan.sees('triggers')) return { ...none, set: monitorProperties(scan) };
  scan.must('set');
  if (kind === 'TAG' && scan.takes('allowed_values')) return { ...none, body: scan.rest() };
  if (kind === 'MASKING POLICY' && scan.takes('body - >')) return { ...none, body: scan.rest() };
  if (kind === 'TAG' && scan.takes('masking policy')) {
    const policies = [scan.name().join('.')];
    while (scan.takes(', masking policy')) policies.push(scan.name().join('.'));
    scan.takes('force');
    return { ...none, set: new Map([['MASKING POLICY', policies.join(',')]]) };
  }
  return { ...none, set: kind === 'RESOURCE MONITOR' ? monitorProperties(scan) : properties(scan) };
}

/** Some kinds say more between name and properties. */
function readBody(scan: Scan, kind: string): string {
  if (kind === 'MASKING POLICY') {
    scan.must('as');
    return scan.textUntil('comment');
  }
  return kind === 'TAG' && scan.takes('allowed_values') ? scan.textUntil('comment') : '';
}

/** WITH CREDIT_QUOTA = n ... TRIGGERS ON n PERCENT DO SUSPEND ... */
function monitorProperties(scan: Scan): Map<string, string> {
  const given = properties(scan, 'triggers');
  if (scan.takes('triggers')) given.set('TRIGGERS', scan.rest());
  return given;
}

/** What other parts have to know of an object. */
function follow({ engine }: Work, kind: string, name: string, given: ReadonlyMap<string, string>): void {
  if (kind !== 'RESOURCE MONITOR') return;
  const quota = given.get('CREDIT_QUOTA');
  if (quota !== undefined) engine.warehouses.quotas.set(name, Number(quota));
}

function titled(kind: string): string {
  return kind.charAt(0) + kind.slice(1).toLowerCase();
}
