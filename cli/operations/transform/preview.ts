import type { ShopwaveError } from '../../../lib/errors.ts';
import { wouldHoldBack } from '../../../transforms/engine/run/held-back-error.ts';
import type { HeldModel, ModelPreview, PreviewRow } from '../../../transforms/engine/run/request.ts';
import { rowsResult } from '../operation.ts';
import type { Cell, OperationResult } from '../operation.ts';

/** What a dry run came to. */
interface Previewed {
  readonly preview: readonly ModelPreview[];
  readonly held: readonly HeldModel[];
}

/** What a dry run would change, with a few rows; it fails where something would be held back, for CI to see. */
export function previewResult(
  { preview, held }: Previewed,
  notes: readonly string[],
  otherFailure?: ShopwaveError,
): OperationResult {
  return rowsResult(preview.map(previewRow), {
    columns: ['model', 'keys_touched', 'removed', 'added', 'sample'],
    json: preview.map(({ model, keysTouched, removed, added, sample }) => ({
      model,
      keys_touched: keysTouched,
      removed,
      added,
      sample: sample.map((row) => ({ change: changeOf(row), ...row })),
    })),
    notes: [...notes, 'dry run: nothing was published'],
    failure: wouldHoldBack(held) ?? otherFailure,
  });
}

function previewRow({ model, keysTouched, removed, added, sample }: ModelPreview): Record<string, Cell> {
  return { model, keys_touched: keysTouched, removed, added, sample: sample.map(describeRow).join('; ') };
}

type Change = 'new' | 'gone' | 'changed';

function changeOf({ before, after }: PreviewRow): Change {
  if (before === null) return 'new';
  return after === null ? 'gone' : 'changed';
}

/** `order_id=4: shipping_minor 7 -> 100`; a row without key is shown whole. */
function describeRow(row: PreviewRow): string {
  const { key, before, after } = row;
  const named = (values: PreviewRow['key']): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value ?? 'null'}`)
      .join(', ');
  const isKeyed = Object.keys(key).length > 0;
  const name = named(isKeyed ? key : (after ?? before ?? {}));
  if (before === null || after === null) return `${name} ${changeOf(row)}`;
  const values = Object.keys({ ...before, ...after }).map(
    (column) => `${column} ${before[column] ?? 'null'} -> ${after[column] ?? 'null'}`,
  );
  return `${name}: ${values.join(', ')}`;
}
