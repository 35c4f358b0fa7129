import { refused } from '../engine/refused.ts';

export type Step = string | number;

/** Steps as a JSON pointer: in DuckDB's own paths even a quoted * is a wildcard. */
export function pointer(steps: readonly Step[]): string {
  return steps.map((each) => `/${String(each).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const step = /^(?:\.?(?:"(?<quoted>[^"]+)"|(?<bare>[A-Za-z_]\w*))|\[(?<index>\d+)\]|\['(?<key>[^']+)'\])/;

/** The path that GET_PATH is given: `"a"."b"[0]`. */
export function pathSteps(path: string): readonly Step[] {
  const steps: Step[] = [];
  for (let rest = path; rest !== '';) {
    const match = step.exec(rest);
    const found = match?.groups ?? {};
    if (match === null) throw refused('invalidValue', `path ${path}`);
    const index = found['index'];
    steps.push(
      index === undefined ? (found['quoted'] ?? found['bare'] ?? found['key'] ?? '') : Number(index),
    );
    rest = rest.slice(match[0].length);
  }
  return steps;
}
