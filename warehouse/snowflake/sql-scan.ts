/** What the adapter must know of a statement before it sends it; by its first words, no more. */
export interface ScannedSql {
  /** The statement in lower case without comments, and with nothing left of what is quoted but its quotes. */
  readonly bare: string;
  /** The first word. */
  readonly verb: string;
  /** How many statements there are; a semicolon at the end begins none. */
  readonly count: number;
}

/**
 * Comments and everything quoted, as Snowflake reads them: `//` begins a comment, a backslash escapes inside of '', and
 * what is between two $$ is a text.
 */
const opaque =
  /(?<comment>--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$\$[\s\S]*?(?:\$\$|$)/g;

export function scanSql(sql: string): ScannedSql {
  const bare = sql
    .replaceAll(opaque, (found, ...rest) => {
      const groups = rest.at(-1) as { readonly comment?: string };
      return groups.comment === undefined ? found.slice(0, 1).repeat(2) : ' ';
    })
    .trim()
    .toLowerCase();
  const statements = bare.split(';').filter((part) => part.trim() !== '');
  return { bare, verb: /^[\s(]*([a-z]+)/.exec(bare)?.[1] ?? '', count: statements.length };
}

const readVerbs: ReadonlySet<string> = new Set([
  'select',
  'with',
  'values',
  'show',
  'describe',
  'desc',
  'explain',
]);

/** Whether it changes nothing, so that to send it twice is as good as once. */
export function isRead({ verb }: ScannedSql): boolean {
  return readVerbs.has(verb);
}

const computingVerbs: ReadonlySet<string> = new Set(
  'select with values insert update delete merge copy call execute'.split(' '),
);

/** Whether a virtual warehouse computes it. The rest is answered by the catalogue, and must not wake one. */
export function needsWarehouse(scanned: ScannedSql): boolean {
  return computingVerbs.has(scanned.verb) || isCreateAsSelect(scanned);
}

const committingVerbs: ReadonlySet<string> = new Set(
  'create alter drop undrop truncate grant revoke comment begin start commit rollback'.split(' '),
);

/** Whether it would end the transaction that it is in: DDL commits it, silently. */
export function endsTransaction({ verb, bare }: ScannedSql): boolean {
  return committingVerbs.has(verb) && !bare.startsWith('alter session ');
}

/** Whether it may take so long that a connection breaks meanwhile. */
export function isLong(scanned: ScannedSql): boolean {
  return isCreateAsSelect(scanned) || scanned.bare.startsWith('insert overwrite ');
}

/** Not of views: to make one computes nothing. */
function isCreateAsSelect({ bare }: ScannedSql): boolean {
  return /^create\s+(or\s+replace\s+)?((local|global|transient|temp|temporary|volatile)\s+)*table\b[\s\S]*\bas\s*\(?\s*(select|with)\b/.test(
    bare,
  );
}
