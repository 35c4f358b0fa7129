import type { SensorArgs, SensorTask } from '../authoring/task.ts';
import { operatorErrors } from '../operators/errors.ts';
import { sqlFiles } from '../operators/sql.ts';
import type { SqlCell, SqlService } from '../operators/sql.ts';

/** Arguments of a sensor that asks a warehouse. */
export interface SqlSensorArgs<Services> extends SensorArgs {
  readonly service: SqlService<Services>;
  /** A template, as are texts in `parameters`. */
  readonly sql: string;
  readonly parameters?: readonly SqlCell[];
  /** Says of the first cell whether the wait is over; by default: anything but null, 0, '0', '' and false. */
  readonly success?: (firstCell: SqlCell) => boolean;
  /** Says of the first cell whether waiting is of no use any more. */
  readonly failure?: (firstCell: SqlCell) => boolean;
  /** No row at all is a failure and not a reason to wait; false. */
  readonly failOnEmpty?: boolean;
}

type SqlSensorFields = { readonly sql: string; readonly parameters: readonly SqlCell[] };

const isTrue = (cell: SqlCell): boolean => cell !== null && !['0', '', 'false'].includes(String(cell));

/** Waits until the first cell that a statement returns is as it should be. */
export function sqlSensor<Services>(
  args: SqlSensorArgs<Services>,
): SensorTask<Services, undefined, SqlSensorFields> {
  const { service, sql: text, parameters: given = [], ...rest } = args;
  const { success = isTrue, failure, failOnEmpty = false, ...sensor } = rest;
  return {
    ...sensor,
    templates: { sql: text, parameters: given },
    templateExt: sqlFiles,
    poke: async ({ services, signal, logger }, { sql, parameters }) => {
      const client = await service(services);
      const [row] = await client.query(sql, parameters, { signal });
      const [cell] = row === undefined ? [] : Object.values(row);
      logger.info(cell === undefined ? 'no row' : `the first cell is ${String(cell)}`);
      if (cell === undefined && failOnEmpty) throw sensorFailed('the statement returned no row');
      if (cell === undefined) return false;
      if (failure?.(cell) === true) throw sensorFailed(`the first cell is ${String(cell)}`);
      return success(cell);
    },
  };
}

function sensorFailed(message: string): Error {
  return operatorErrors.error('SENSOR_CONDITION_FAILED', { message });
}
