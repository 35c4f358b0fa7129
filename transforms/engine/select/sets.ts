// Node 20 has no Set methods.

/** All members of both. */
export function union<Member>(a: ReadonlySet<Member>, b: ReadonlySet<Member>): Set<Member> {
  return new Set([...a, ...b]);
}

/** Members of both. */
export function intersection<Member>(a: ReadonlySet<Member>, b: ReadonlySet<Member>): Set<Member> {
  return new Set([...a].filter((each) => b.has(each)));
}

/** Members of the first that are not in the second. */
export function difference<Member>(a: ReadonlySet<Member>, b: ReadonlySet<Member>): Set<Member> {
  return new Set([...a].filter((each) => !b.has(each)));
}
