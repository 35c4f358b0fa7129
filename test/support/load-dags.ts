import { createDagBag } from '../../scheduler/loading/dag-bag.ts';
import type { LoadedDags } from '../../scheduler/loading/dag-bag.ts';

/** Loads a folder of DAG files once. */
export async function loadDags(folder: string): Promise<LoadedDags> {
  return await createDagBag({ folder, monotonicMs: () => performance.now() }).refresh();
}
