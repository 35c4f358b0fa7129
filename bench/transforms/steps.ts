import type { Session, Warehouse } from '../../warehouse/warehouse.ts';
import type { Steps } from './history.ts';

/** Counts up when the generator makes something else: older files are then made anew. */
export const generatorVersion = 4;

/** Steps that remember in the warehouse itself that they are done. */
export async function stepsIn(warehouse: Warehouse, say: (text: string) => void): Promise<Steps> {
  await warehouse.execute('create schema if not exists _bench');
  await warehouse.execute('create table if not exists _bench.step (name varchar, seconds double)');
  const rows = await warehouse.query('select name from _bench.step');
  const done = new Set(rows.map((row) => String(row['name'])));
  const remember = async (session: Session, name: string, started: number): Promise<void> => {
    const seconds = (performance.now() - started) / 1000;
    await session.execute('insert into _bench.step values (?, ?)', [name, seconds]);
    done.add(name);
    if (seconds >= 1) say(`${name}: ${seconds.toFixed(1)} s\n`);
  };
  return {
    once: async (name, work) => {
      if (done.has(name)) return;
      const started = performance.now();
      await work();
      await remember(warehouse, name, started);
    },
    atomic: async (name, work) => {
      if (done.has(name)) return;
      const started = performance.now();
      await warehouse.transaction(async (session) => {
        await work(session);
        await remember(session, name, started);
      });
    },
  };
}
