import type { TemplateFields } from '../authoring/template-fields.ts';
import { isPlainObject, renderFields } from './render-fields.ts';
import type { TemplateScope } from './scope.ts';

/** Rendered fields as they are kept with the attempt: JSON, long texts cut. */
export type RecordedFields = Readonly<Record<string, unknown>>;

/** So much of a text is kept; as in Airflow. */
const longestText = 4096;

/** Renders the fields of a task and has them recorded, before its work begins. */
export function createRenderer(
  scope: TemplateScope,
  record: (fields: RecordedFields) => Promise<void>,
): () => Promise<TemplateFields> {
  return async () => {
    const fields = await renderFields(templatesOf(scope), scope);
    if (Object.keys(fields).length > 0) await record(recordedFields(fields));
    return fields;
  };
}

function templatesOf({ task: { work } }: TemplateScope): TemplateFields {
  return 'templates' in work ? work.templates : {};
}

/** What people are shown of rendered fields. */
export function recordedFields(fields: TemplateFields): RecordedFields {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, recorded(value)]));
}

function recorded(value: unknown): unknown {
  if (typeof value === 'string') return shortened(value);
  if (Array.isArray(value)) return value.map(recorded);
  if (isPlainObject(value)) return recordedFields(value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return String(value);
  return value instanceof Date ? value.toISOString() : `(${typeof value})`;
}

function shortened(text: string): string {
  if (text.length <= longestText) return text;
  return `${text.slice(0, longestText)}... (${text.length} characters)`;
}
