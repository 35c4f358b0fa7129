import type { Target } from './ast.ts';
import { fail } from './errors.ts';
import type { Frame, Scope } from './interpreter.ts';
import { iterate } from './operators.ts';
import { HostObject } from './values.ts';
import type { Value } from './values.ts';

/** Binds names to a value in `scope`; several names unpack it. */
export function assign(target: Target, value: Value, frame: Frame, scope: Scope = frame.scope): void {
  if (target.kind === 'name') {
    scope.names.set(target.name, value);
    return;
  }
  frame.it.at = target.at;
  if (target.kind === 'namespace') return assignAttribute(frame, target.name, target.attribute, value);
  const items = unpack(value, target.items.length);
  target.items.forEach((item, index) => assign(item, items[index] ?? null, frame, scope));
}

function assignAttribute(frame: Frame, name: string, attribute: string, value: Value): void {
  const object = frame.it.lookup(frame.scope, name);
  if (!(object instanceof HostObject) || object.assign === undefined) {
    return fail('JINJA_TYPE', `'${name}' is not a namespace: attributes of other values cannot be set`);
  }
  object.assign(attribute, value);
}

function unpack(value: Value, wanted: number): Value[] {
  const items: Value[] = [];
  for (const item of iterate(value)) {
    if (items.length === wanted) fail('JINJA_TYPE', `too many values to unpack (expected ${wanted})`);
    items.push(item);
  }
  if (items.length < wanted) {
    fail('JINJA_TYPE', `not enough values to unpack (expected ${wanted}, got ${items.length})`);
  }
  return items;
}
