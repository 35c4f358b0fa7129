/** A column of a relation, or an expression over its columns, under a name that can be used around it. */
export interface TestedColumn {
  readonly name: string;
  /** Undefined where the name is the column itself. */
  readonly expression: string | undefined;
}

/** A name, or one in quotes; anything else is an expression. */
const plain = /^(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")$/i;

/** What checks write where a column is meant: `order_id`, `lower(email)`, `order_id || '-' || line_no`. */
export function testedColumn(text: string, index = 0): TestedColumn {
  return plain.test(text.trim())
    ? { name: text.trim(), expression: undefined }
    : { name: `tested_${index + 1}`, expression: text };
}

/** A relation with expressions over its columns as further columns, narrowed by a condition. */
export function withExpressions(
  relation: string,
  columns: readonly TestedColumn[],
  where: string | undefined,
): string {
  const expressions = columns.flatMap(({ name, expression }) =>
    expression === undefined ? [] : [`, (${expression}) as ${name}`],
  );
  if (expressions.length === 0 && where === undefined) return relation;
  const narrow = where === undefined ? '' : ` where ${where}`;
  return `(select *${expressions.join('')} from ${relation}${narrow})`;
}

/** The names of columns as a list. */
export function namesOf(columns: readonly TestedColumn[]): string {
  return columns.map(({ name }) => name).join(', ');
}
