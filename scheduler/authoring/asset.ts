/** A named piece of data that tasks produce (as an outlet) and DAGs can be scheduled on. */
export interface Asset {
  readonly name: string;
}

/** Declares an asset. Two assets of one name are the same asset. */
export function asset(name: string): Asset {
  return { name };
}
