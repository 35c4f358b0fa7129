import type { Exception } from './exceptions.ts';
import type { Finding } from './findings.ts';

/** What came of a list of findings, held against the list of what is known to be wrong. */
export interface Verdict {
  readonly right: number;
  readonly known: number;
  /** In words: what is wrong and not listed, wrong in another way, listed and right, listed for nothing. */
  readonly complaints: readonly string[];
}

function complaintOf({ name, sql, wrong }: Finding, fitting: readonly Exception[]): string | undefined {
  const why = fitting.map((each) => each.why).join('; ');
  if (wrong === undefined)
    return fitting.length === 0 ? undefined : `it works, and is listed (${why}): ${name}`;
  if (fitting.some(({ says }) => says.test(wrong))) return undefined;
  const listed = fitting.length === 0 ? '' : ` (listed otherwise: ${why})`;
  return `${name}\n  ${sql.replaceAll(/\s+/g, ' ').slice(0, 400)}\n  ${wrong.slice(0, 400)}${listed}`;
}

/** The list must be exact: it names all that is wrong, and nothing else. */
export function judge(findings: readonly Finding[], exceptions: readonly Exception[]): Verdict {
  const used = new Set<Exception>();
  const complaints: string[] = [];
  for (const finding of findings) {
    const fitting = exceptions.filter(
      ({ of, sql }) => of.test(finding.name) && (sql === undefined || sql.test(finding.sql)),
    );
    for (const each of fitting) used.add(each);
    const complaint = complaintOf(finding, fitting);
    if (complaint !== undefined) complaints.push(complaint);
  }
  const idle = exceptions
    .filter((each) => !used.has(each))
    .map(({ of, why }) => `listed for nothing: ${of} (${why})`);
  const right = findings.filter(({ wrong }) => wrong === undefined).length;
  const known = findings.length - right - complaints.filter((each) => !each.startsWith('it works')).length;
  return { right, known, complaints: [...complaints, ...idle] };
}
