import type { TemplateFields } from '../authoring/template-fields.ts';
import type { Masker } from '../secrets/masker.ts';
import { storableDeep } from '../storable.ts';
import { isPlainObject } from './plain-object.ts';
import type { TemplateScope } from './scope.ts';

/** Rendered fields as plain JSON values. */
export type RecordedFields = Readonly<Record<string, unknown>>;

/** So much of a text is kept; as in Airflow. */
const longestText = 4096;

/** Renders the fields of a task and has them recorded, before its work begins. */
export function createRenderer(
  scope: TemplateScope,
  record: (fields: RecordedFields) => Promise<void>,
): () => Promise<TemplateFields> {
  return async () => {
    const templates = templatesOf(scope);
    if (Object.keys(templates).length === 0) return {};
    // The language only for who writes in it: it is most of what a task's own process would have to load.
    const { renderFields } = await import('./render-fields.ts');
    const fields = await renderFields(templates, scope);
    await record(plainFields(fields));
    return fields;
  };
}

function templatesOf({ task: { work } }: TemplateScope): TemplateFields {
  return 'templates' in work ? work.templates : {};
}

function plainFields(fields: TemplateFields): RecordedFields {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (isPlainObject(value)) return plainFields(value);
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  if (typeof value === 'bigint') return String(value);
  return value instanceof Date ? value.toISOString() : `(${typeof value})`;
}

/** What is kept and shown of rendered fields: without secrets, and only then cut, so that half of none is left; storable. */
export function shownFields(fields: RecordedFields, { maskDeep }: Pick<Masker, 'maskDeep'>): RecordedFields {
  return storableDeep(shortened(maskDeep(fields)) as RecordedFields);
}

function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shortened);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item)]));
  if (typeof value !== 'string' || value.length <= longestText) return value;
  return `${value.slice(0, longestText)}... (${value.length} characters)`;
}
