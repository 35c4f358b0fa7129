/** A whole number below `sides` that follows from a key: details that differ from object to object, always the same. */
export function variety(key: number, salt: number, sides: number): number {
  let hash = (key ^ Math.imul(salt, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) % sides;
}
