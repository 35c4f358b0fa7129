import type { Model } from '../../validate/model.ts';

type Path = readonly string[];

/**
 * Whether one row at the end of one path meets several at the end of another: an order has lines of several categories,
 * so numbers of orders by category do not add up. Both paths begin at the view's first cube.
 */
export function isMultiplied(model: Model, from: Path, to: Path): boolean {
  const common = commonLength(from, to);
  const up = steps(from.slice(Math.max(common - 1, 0))).some(
    ([near, far]) => relationship(model, near, far) === 'many_to_one',
  );
  const down = steps(to.slice(Math.max(common - 1, 0))).some(
    ([near, far]) => relationship(model, near, far) === 'one_to_many',
  );
  return up || down;
}

function commonLength(first: Path, second: Path): number {
  const differs = first.findIndex((cube, index) => second[index] !== cube);
  return differs === -1 ? first.length : differs;
}

function steps(path: Path): (readonly [string, string])[] {
  return path.slice(1).map((far, index) => [path[index] ?? '', far] as const);
}

/** What is not known is taken for the worse. */
function relationship(model: Model, near: string, far: string): string {
  return model.cubes.get(near)?.joins.get(far)?.value.relationship ?? 'one_to_many';
}
