const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON as the session's JSON_INDENT has it: an element on each line, or all on one where it is 0. Numbers keep the digits
 * that they have.
 */
export function indented(json: string, indent: number): string {
  const tokens = json.match(token) ?? [];
  if (indent === 0) return tokens.join('');
  let depth = 0;
  let text = '';
  for (const [index, each] of tokens.entries()) {
    const isEmpty = /[{[]/.test(tokens[index - 1] ?? '') && /[}\]]/.test(each);
    if (/^[}\]]$/.test(each)) {
      depth -= 1;
      text += isEmpty ? each : `${line(depth * indent)}${each}`;
    } else if (/^[{[]$/.test(each)) {
      depth += 1;
      text += /^[}\]]$/.test(tokens[index + 1] ?? '') ? each : `${each}${line(depth * indent)}`;
    } else if (each === ',') text += `,${line(depth * indent)}`;
    else text += each === ':' ? ': ' : each;
  }
  return text;
}

function line(blanks: number): string {
  return `\n${' '.repeat(blanks)}`;
}
