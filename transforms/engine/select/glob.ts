/** Whether a selector's value is a pattern rather than a name. */
export function isPattern(text: string): boolean {
  return /[*?[\]]/.test(text);
}

const compiled = new Map<string, RegExp>();

/**
 * Shell-style matching as dbt does it: `*` is any text (dots and slashes too), `?` one character,
 * `[abc]`, `[a-c]` and `[!abc]` one of a set. Case matters.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = new RegExp(`^${translate(pattern)}$`, 'su');
    compiled.set(pattern, regex);
  }
  return regex.test(text);
}

function translate(pattern: string): string {
  return pattern.replaceAll(
    // A set may hold `]` as its first character, and an opening bracket without its closing one is itself.
    /\*+|\?|\[(?<set>!.[^\]]*|(?!!).[^\]]*)\]|[\\^$.|+(){}[\]/]/gsu,
    (found: string, set: string | undefined) => {
      if (found.startsWith('*')) return '.*';
      if (found === '?') return '.';
      return set === undefined ? `\\${found}` : translateSet(set);
    },
  );
}

function translateSet(set: string): string {
  const negated = set.startsWith('!');
  const members = dropReversed(negated ? set.slice(1) : set).replaceAll(/[\\\]^[]/g, '\\$&');
  // A set of which nothing is left matches nothing, its opposite anything.
  if (members === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${members}]`;
}

/** Python's fnmatch drops a range whose ends are the wrong way round; a RegExp would not compile. */
function dropReversed(set: string): string {
  return set.replaceAll(/(.)-(.)/gsu, (range: string, low: string, high: string) =>
    low > high ? '' : range,
  );
}

/**
 * Whether a file or one of its folders is what a path selector names. `*` stays within one folder, `**` crosses
 * folders; a folder means everything below it.
 */
export function matchesPath(path: string, selector: string): boolean {
  const wanted = selector.split('/').filter((part) => part !== '' && part !== '.');
  const parts = path.split('/');
  if (wanted.length === 0) return false;
  return parts.some((_, index) =>
    matchesParts(parts.slice(0, index + 1), wanted, index === parts.length - 1),
  );
}

function matchesParts(parts: readonly string[], wanted: readonly string[], isFile: boolean): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return parts.length === 0;
  if (first === '**') {
    if (rest.length === 0) return !isFile;
    return parts.some((_, index) => matchesParts(parts.slice(index), rest, isFile));
  }
  const [head, ...tail] = parts;
  return head !== undefined && matchesPattern(head, first) && matchesParts(tail, rest, isFile);
}
