import { transformErrors } from '../errors.ts';

/** Names in an order in which each comes after its dependencies; a circle is an error that shows its path and place. */
export function topologicalOrder(
  names: Iterable<string>,
  dependencies: (name: string) => readonly string[],
  place?: (name: string, dependency: string) => string,
): string[] {
  const order: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    const from = path.indexOf(name);
    if (from >= 0) {
      const last = path.at(-1) ?? name;
      const message = [...path.slice(from), name].join(' -> ');
      throw transformErrors.error('TRANSFORM_CYCLE', { message, where: place?.(last, name) });
    }
    path.push(name);
    for (const dependency of dependencies(name)) visit(dependency);
    path.pop();
    done.add(name);
    order.push(name);
  };
  for (const name of names) visit(name);
  return order;
}
