import { messageOf } from '../../lib/errors.ts';
import type { AnyTask } from '../authoring/definition.ts';
import { maxMapLength } from '../core/mapping.ts';
import { schedulerErrors } from '../errors.ts';
import { isStorableJson } from '../storable.ts';

/** What Airflow's stores hold whichever they are; more belongs in a table or a file, and its name in the XCom. */
export const maxXcomBytes = 48 * 1024;

/** Refuses what cannot be kept, or cannot be mapped over by the tasks that want to: the task that returned it fails. */
export function assertXcom(task: AnyTask, mapIndex: number, value: unknown): void {
  const json = asJson(value);
  if (!isStorableJson(json)) {
    const message = 'a text that it returned has a NUL character, or half of a surrogate pair';
    throw schedulerErrors.error('XCOM_NOT_STORABLE', { message });
  }
  const bytes = Buffer.byteLength(json);
  if (bytes > maxXcomBytes) {
    const message = `it returned ${bytes} bytes of JSON; at most ${maxXcomBytes} are kept`;
    throw schedulerErrors.error('XCOM_TOO_LARGE', { message });
  }
  // Instances of a mapped task make up the list together.
  if (!task.isMapSource || mapIndex >= 0) return;
  if (!Array.isArray(value)) {
    const what = value === null || value === undefined ? 'nothing' : `a value of type ${typeof value}`;
    const message = `it returned ${what}, and tasks are mapped over it`;
    throw schedulerErrors.error('XCOM_NOT_A_LIST', { message });
  }
  if (value.length > maxMapLength) {
    const message = `it returned ${value.length} values, and tasks are mapped over it; at most ${maxMapLength} are allowed`;
    throw schedulerErrors.error('XCOM_LIST_TOO_LONG', { message });
  }
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch (cause) {
    throw schedulerErrors.error('XCOM_NOT_JSON', { message: messageOf(cause), cause });
  }
}
