/** What can become of a source's shape. */
export const driftKinds = [
  'table_added',
  'table_dropped',
  'table_renamed',
  'column_added',
  'column_dropped',
  'column_renamed',
  'type_widened',
  'type_changed',
  'key_changed',
  'field_unknown',
  'field_vanished',
  'field_retyped',
  'value_unseen',
] as const;
export type DriftKind = (typeof driftKinds)[number];

/** info: nothing to do; warn: somebody decides in working hours; page: data that people rely on stands still or may be wrong. */
export type Severity = 'info' | 'warn' | 'page';

/** One difference between what a source was and what it is: names and types, never values. */
export interface DriftChange {
  readonly table: string;
  readonly kind: DriftKind;
  /** Column or dotted field; undefined where the whole table is meant. */
  readonly column: string | undefined;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly severity: Severity;
}

/** Names under which card data hides; a new column of such a name is for the security team too. */
const cardWords = /card|(^|_)pan($|_)|cvv|cvc|track_?[12]|cc_?num|iban/i;

/** Whether a name says that card or account numbers are behind it. */
export function looksLikeCardData(name: string): boolean {
  return cardWords.test(name);
}

/** What leaves marts without values that they promise. A wider type or a new column does not. */
const holding: ReadonlySet<DriftKind> = new Set([
  'table_dropped',
  'table_renamed',
  'column_dropped',
  'column_renamed',
  'type_changed',
  'key_changed',
]);

/** Whether marts made from the table stay at their last good version until somebody has decided on the change. */
export function holdsMarts({ kind, severity }: Pick<DriftChange, 'kind' | 'severity'>): boolean {
  return severity === 'page' && holding.has(kind);
}

/** What each kind calls for where the column is taken over, and where it is not. */
const severities: Readonly<Record<DriftKind, { readonly declared: Severity; readonly other: Severity }>> = {
  table_added: { declared: 'info', other: 'info' },
  table_dropped: { declared: 'page', other: 'info' },
  table_renamed: { declared: 'page', other: 'info' },
  column_added: { declared: 'warn', other: 'info' },
  column_dropped: { declared: 'page', other: 'info' },
  column_renamed: { declared: 'page', other: 'info' },
  type_widened: { declared: 'info', other: 'info' },
  type_changed: { declared: 'page', other: 'info' },
  key_changed: { declared: 'page', other: 'info' },
  field_unknown: { declared: 'warn', other: 'warn' },
  field_vanished: { declared: 'warn', other: 'info' },
  field_retyped: { declared: 'page', other: 'info' },
  value_unseen: { declared: 'warn', other: 'info' },
};

/** How loud a change is. `isDeclared`: marts may stand on it. */
export function severityOf(kind: DriftKind, isDeclared: boolean, name: string): Severity {
  const { declared, other } = severities[kind];
  const isNew = kind === 'column_added' || kind === 'field_unknown';
  if (isNew && looksLikeCardData(name)) return 'page';
  return isDeclared ? declared : other;
}
