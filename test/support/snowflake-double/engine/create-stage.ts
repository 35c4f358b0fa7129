import type { Outcome } from '../contract.ts';
import { shown } from './catalog.ts';
import { ddl } from './ddl.ts';
import { properties } from './properties.ts';
import { refused } from './refused.ts';
import type { Scan } from './scan.ts';
import { done } from './work.ts';
import type { Work } from './work.ts';

/** CREATE STAGE after its STAGE: of files of its own, or of those under a URL. */
export async function createStage(work: Work, scan: Scan, orReplace: boolean): Promise<Outcome> {
  const { engine, session } = work;
  const ifNotExists = scan.takes('if not exists');
  const name = engine.catalog.full(scan.name(), session);
  const given = properties(scan);
  const url = given.get('URL');
  scan.mustEnd();
  return await ddl(
    work,
    () => [],
    async () => {
      engine.catalog.mustSchema(name[0], name[1]);
      const old = engine.stages.find(name);
      if (old !== undefined && ifNotExists)
        return done('CREATE', `${name[2]} already exists, statement succeeded.`);
      if (old !== undefined && !orReplace) throw refused('exists', shown(name));
      if (old !== undefined) await engine.stages.drop(old);
      await engine.stages.create({
        name,
        url,
        comment: given.get('COMMENT') ?? '',
        owner: session.role ?? '',
        createdMs: engine.now(),
        properties: given,
      });
      return done('CREATE', `Stage area ${name[2]} successfully created.`);
    },
  );
}
