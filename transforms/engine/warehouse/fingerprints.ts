import { fingerprint } from '../compile/compile.ts';
import type { EngineContext } from '../context.ts';

/** What a model computes, as this warehouse's dialect renders it. */
export function fingerprintOf({ project, warehouse }: EngineContext, model: string): string {
  return fingerprint(project, model, warehouse.capabilities.dialect);
}
