import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { quoteLiteral } from '../../warehouse/sql-text.ts';

/** A field that a staging model takes out of a raw row: where it stands there, its type, and its column. */
interface Field {
  readonly path: string;
  readonly type: string;
  readonly column: string;
}

const call =
  /\{\{ (?:field\('(?<own>[^']+)', '(?<ownType>[^']+)'\)|field_as\('(?<path>[^']+)', '(?<type>[^']+)', '(?<alias>[^']+)'\)|json_value\('data', '(?<json>[^']+)'\) \}\} as (?<jsonAlias>\w+))/g;

/** How a column's value is written in the source's answers. */
const written: Readonly<Record<string, (column: string) => string>> = {
  gid: (column) => `'gid://shopify/X/' || ${column}`,
  epoch: (column) => `cast(epoch(${column}) as bigint)`,
  timestamp: (column) => `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ')`,
  json: (column) => column,
};

/** Staging rows (log columns included) of an API source as the raw rows they came from, by what the model reads. */
export async function apiRawRows(model: string, staged: string, batch: string): Promise<string> {
  const [, source = ''] = /^stg_(\w+?)__/.exec(model) ?? [];
  const file = new URL(`../../transforms/models/staging/${source}/${model}.sql`, import.meta.url);
  const fields = fieldsOf(await readFile(fileURLToPath(file), 'utf8'));
  return `select ${objectOf(fields)} as data, _op, _position, _ordinal, _committed_at, 's' as _schema_id,
      null as _unchanged, ${batch} as _batch_id, ${batch} || '/f.ndjson.gz' as _file,
      cast(_committed_at as timestamp) as _loaded_at
    from (${staged}) as staged`;
}

function fieldsOf(sql: string): Field[] {
  return [...sql.matchAll(call)].map(({ groups = {} }) => ({
    path: groups['own'] ?? groups['path'] ?? groups['json'] ?? '',
    type: groups['ownType'] ?? groups['type'] ?? 'json',
    column: groups['own'] ?? groups['alias'] ?? groups['jsonAlias'] ?? '',
  }));
}

/** A JSON object of these fields, nested as their paths say; `tags[0]` is the first of a list. */
function objectOf(fields: readonly Field[]): string {
  const heads = new Map<string, Field[]>();
  for (const field of fields) {
    const [head = '', ...rest] = field.path.split('.');
    heads.set(head, [...(heads.get(head) ?? []), { ...field, path: rest.join('.') }]);
  }
  const members = [...heads].map(([head, within]) => {
    const [only] = within;
    const isLeaf = only !== undefined && only.path === '';
    const value = isLeaf ? (written[only.type] ?? String)(only.column) : objectOf(within);
    const name = head.replace('[0]', '');
    return `${quoteLiteral(name)}, ${head === name ? value : `json_array(${value})`}`;
  });
  return `json_object(${members.join(', ')})`;
}
