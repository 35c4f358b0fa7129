/** A key or an array index of a JSON path. */
export type PathStep = string | number;

const key = String.raw`(?:(?<bare>[A-Za-z_]\w*)|"(?<quoted>[^"\\']+)")`;
const index = String.raw`\[(?<index>\d+)\]`;
const firstStep = new RegExp(`^(?:${key}|${index})`);
const nextStep = new RegExp(String.raw`^(?:\.${key}|${index})`);

/** The steps of `a.b[0]."odd key"`; none for '' (the whole value); undefined where the text is no such path. */
export function parseJsonPath(value: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  let rest = value.trim();
  while (rest !== '') {
    const match = (steps.length === 0 ? firstStep : nextStep).exec(rest);
    if (match === null) return undefined;
    const found = match.groups ?? {};
    steps.push(
      found['index'] === undefined ? (found['bare'] ?? found['quoted'] ?? '') : Number(found['index']),
    );
    rest = rest.slice(match[0].length);
  }
  return steps;
}

/** The path as both engines quote it: `"a"."b"[0]`, case kept. */
export function quotedPath(value: string): string {
  return (parseJsonPath(value) ?? [])
    .map((each, place) => (typeof each === 'number' ? `[${each}]` : `${place === 0 ? '' : '.'}"${each}"`))
    .join('');
}

/** The same for DuckDB's JSON functions, from the root: `$."a"."b"[0]`. */
export function rootedPath(value: string): string {
  const steps = parseJsonPath(value) ?? [];
  // In a path even a quoted * is a wildcard; in a JSON pointer it is a key like any other.
  if (steps.includes('*')) return steps.map((each) => `/${pointerToken(String(each))}`).join('');
  const quoted = quotedPath(value);
  return quoted === '' || quoted.startsWith('[') ? `$${quoted}` : `$.${quoted}`;
}

function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
