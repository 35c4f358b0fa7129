/**
 * Items in as few groups as the first fit finds, where any two of a group mix. Faults that have nothing in common are asked
 * for together; what comes out must be the sum of what each is known to cause.
 */
export function mixed<Item>(
  items: readonly Item[],
  mix: (one: Item, other: Item) => boolean,
): ReadonlyArray<readonly Item[]> {
  const groups: Item[][] = [];
  for (const item of items) {
    const group = groups.find((each) => each.every((other) => mix(item, other)));
    if (group === undefined) groups.push([item]);
    else group.push(item);
  }
  return groups;
}

/** Whether two lists have nothing in common. */
export function areApart<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.every((each) => !other.includes(each));
}
