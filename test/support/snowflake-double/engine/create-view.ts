import type { Outcome } from '../contract.ts';
import { shown } from './catalog.ts';
import type { View } from './catalog.ts';
import { ddl } from './ddl.ts';
import { refused } from './refused.ts';
import { Resolver } from './resolver.ts';
import type { Scan } from './scan.ts';
import { columnsOfQuery } from './table-columns.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** CREATE VIEW after its VIEW. Its columns are those that the query has now, and stay so. */
export async function createView(
  work: Work,
  scan: Scan,
  creating: { readonly orReplace: boolean; readonly isSecure: boolean },
): Promise<Outcome> {
  const { engine, session } = work;
  const { catalog } = engine;
  const ifNotExists = scan.takes('if not exists');
  const name = catalog.full(scan.name(), session);
  const columnNames = scan.sees('(') ? viewColumns(scan) : undefined;
  let comment = '';
  let copyGrants = false;
  for (;;) {
    if (scan.takes('comment')) {
      scan.must('=');
      comment = scan.string();
    } else if (scan.takes('copy grants')) copyGrants = true;
    else break;
  }
  scan.must('as');
  const text = scan.rest();
  return await ddl(
    work,
    () => [],
    async () => {
      catalog.mustSchema(name[0], name[1]);
      const old = catalog.find(name, session.id);
      if (old !== undefined && ifNotExists)
        return done('CREATE', `${name[2]} already exists, statement succeeded.`);
      if (old !== undefined && !creating.orReplace) throw refused('exists', shown(name));
      if (old !== undefined && old.kind !== 'view') throw refused('objectType', shown(name));
      const view: View = {
        kind: 'view',
        id: catalog.newId(),
        name,
        text,
        statement: scan.sql,
        columnNames: columnNames?.map((each) => each.name),
        columns: [],
        isSecure: creating.isSecure,
        comment,
        owner: session.role ?? '',
        createdMs: engine.now(),
        session: undefined,
      };
      const comments = new Map(columnNames?.map((each) => [each.name, each.comment]));
      view.columns = (await describeView(work, view)).map((each) => ({
        ...each,
        comment: comments.get(each.name),
      }));
      await engine.latch.writing(async () => {
        catalog.put(view);
        if (old !== undefined) catalog.touch(old);
        await Promise.resolve();
      });
      if (old !== undefined && !copyGrants) engine.grants.forget('VIEW', name.join('.'));
      return done('CREATE', `View ${name[2]} successfully created.`);
    },
  );
}

/** The columns of the query as it stands, which is thereby checked. */
async function describeView({ engine, session, statement }: Work, view: View): Promise<View['columns']> {
  return await engine.latch.reading(async () => {
    const resolver = new Resolver(engine, session);
    const text = resolver.view(view);
    statement.signal.throwIfAborted();
    await resolver.ready();
    const version = text.slice(0, text.indexOf('.'));
    return columnsOfQuery(await engine.physical.columnsOfView(version, view.name[2]));
  });
}

interface ViewColumn {
  readonly name: string;
  readonly comment: string | undefined;
}

function viewColumns(scan: Scan): ViewColumn[] {
  const columns: ViewColumn[] = [];
  scan.must('(');
  do {
    const name = scan.identifier();
    columns.push({ name, comment: scan.takes('comment') ? scan.string() : undefined });
  } while (scan.takes(','));
  scan.must(')');
  return columns;
}
