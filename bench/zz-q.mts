import { openDuckdbWarehouse } from '../warehouse/duckdb/open.ts';
const w = await openDuckdbWarehouse({ path: process.argv[2]! });
for (const q of process.argv.slice(3)) {
  const t = performance.now();
  try {
    console.log(q.slice(0, 80), Math.round(performance.now() - t));
    console.table(await w.query(q));
  } catch (e) {
    console.log(String(e).slice(0, 400));
  }
}
await w.close();
