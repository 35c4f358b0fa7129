import type { Outcome } from '../contract.ts';
import { ddl } from './ddl.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** COMMENT [IF EXISTS] ON kind name IS text. */
export async function comment(work: Work, scan: Scan): Promise<Outcome> {
  const { engine, session } = work;
  const { catalog } = engine;
  const ifExists = scan.takes('if exists');
  scan.must('on');
  const kind = scan.identifier();
  const parts = scan.name();
  scan.must('is');
  const text = scan.string();
  scan.mustEnd();
  const setters: Readonly<Record<string, () => void>> = {
    TABLE: () => {
      const table = catalog.mustTable(catalog.full(parts, session), session.id);
      table.comment = text;
      catalog.touch(table);
    },
    VIEW: () => {
      const view = catalog.mustView(catalog.full(parts, session), session.id);
      view.comment = text;
      catalog.touch(view);
    },
    COLUMN: () => {
      const [column = '', ...of] = parts.toReversed();
      const relation = catalog.must(catalog.full(of.toReversed(), session), session.id);
      if (!relation.columns.some(({ name }) => name === column))
        throw refused('invalidIdentifier', `'${column}'`);
      relation.columns = relation.columns.map((each) =>
        each.name === column ? { ...each, comment: text } : each,
      );
      catalog.touch(relation);
    },
    SCHEMA: () => {
      const [name = '', database = session.database ?? ''] = parts.toReversed();
      catalog.mustSchema(database, name).comment = text;
    },
    DATABASE: () => void (catalog.mustDatabase(parts[0] ?? '').comment = text),
    WAREHOUSE: () => void (engine.warehouses.must(parts[0] ?? '').settings.comment = text),
    STAGE: () => void (engine.stages.must(catalog.full(parts, session)).comment = text),
    ROLE: () => void (engine.objects.must('ROLE', parts).comment = text),
    USER: () => void (engine.objects.must('USER', parts).comment = text),
  };
  const set = Object.hasOwn(setters, kind) ? setters[kind] : undefined;
  if (set === undefined) throw refused('unsupported', `COMMENT ON ${kind}`);
  return await ddl(
    work,
    () => [],
    async () => {
      try {
        set();
      } catch (error) {
        if (!ifExists) throw error;
      }
      return await Promise.resolve(done('ALTER'));
    },
  );
}
