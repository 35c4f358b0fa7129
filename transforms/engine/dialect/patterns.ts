/** One piece of a pattern: an escaped character, a bracket expression, or a single character. */
const piece = /\\[^]|\[\^?\]?(?:\[:\w+:\]|[^\]])*\]|[^]/g;

/** Backslashed letters and digits that the two engines do not read alike. */
const foreignEscape = /^\\[^dDsSwWbBnt\W_]$/;
/** What makes a question mark no plain quantifier: `(?:` and the like, and lazy ones such as `*?`. */
const beforeForeignQuestion: ReadonlySet<string> = new Set(['(', '*', '+', '?', '}']);

/**
 * Whether a regular expression is one that both engines read alike: POSIX extended, with \d, \s, \w, \b and their
 * opposites. Groups that start with (? and lazy quantifiers are Perl's; Snowflake has neither.
 */
export function isPosixPattern(pattern: string): boolean {
  const pieces = pattern.match(piece) ?? [];
  return pieces.every((each, index) =>
    each === '?' ? !beforeForeignQuestion.has(pieces[index - 1] ?? '(') : !foreignEscape.test(each),
  );
}
