import type { EngineState } from './state.ts';

/** Whatever has an owner, found by kind and by the name that grants have of it. */
function owned(
  { catalog, warehouses, stages, objects }: EngineState,
  kind: string,
  object: string,
): { owner: string } | undefined {
  const parts = object.split('.');
  const [first = '', second = ''] = parts;
  if (kind === 'DATABASE') return catalog.databases.get(first);
  if (kind === 'SCHEMA') return catalog.databases.get(first)?.schemas.get(second);
  if (kind === 'WAREHOUSE') return warehouses.all.get(first);
  if (kind === 'STAGE') return [...stages.all.values()].find((stage) => stage.name.join('.') === object);
  if (kind === 'TABLE' || kind === 'VIEW')
    return catalog.all().find((relation) => relation.name.join('.') === object);
  return objects.find(kind === 'INTEGRATION' ? 'STORAGE INTEGRATION' : kind, parts);
}

/** An object belongs to one role: the grant of ownership to another takes it from who had it. */
export function setOwner(
  engine: EngineState,
  { kind, object }: { readonly kind: string; readonly object: string },
  role: string,
): void {
  for (const grant of engine.grants.all.filter(
    (each) => each.privilege === 'OWNERSHIP' && each.kind === kind && each.object === object,
  ))
    if (grant.grantee !== role) engine.grants.remove(grant);
  const found = owned(engine, kind, object);
  if (found !== undefined) found.owner = role;
}
