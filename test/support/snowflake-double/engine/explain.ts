import type { Outcome } from '../contract.ts';
import { Execution } from './execution.ts';
import { Resolver } from './resolver.ts';
import type { Scan } from './scan.ts';
import { listed, textColumn } from './work.ts';
import type { Work } from './work.ts';

/** EXPLAIN [USING TABULAR | JSON | TEXT] of a query: it is compiled and not run, and needs no warehouse. */
export async function explain({ engine, session, statement }: Work, scan: Scan): Promise<Outcome> {
  if (scan.takes('using') && !scan.takes('text') && !scan.takes('tabular')) scan.must('json');
  const sql = scan.rest();
  const execution = new Execution(session.connection, statement.signal);
  try {
    const lines = await engine.latch.reading(async () => {
      const resolver = new Resolver(engine, session);
      const text = resolver.query(sql, statement.binds);
      await execution.try(() => resolver.ready());
      return await execution.rows(`explain ${text}`);
    });
    return listed(
      'EXPLAIN',
      [textColumn('content')],
      lines.map((line) => [String(line[1] ?? '')]),
    );
  } finally {
    execution.over();
  }
}
