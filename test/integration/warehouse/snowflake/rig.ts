import { systemClock } from '../../../../lib/clock.ts';
import type { Clock } from '../../../../lib/clock.ts';
import { silentLogger } from '../../../../lib/logger.ts';
import type { Logger } from '../../../../lib/logger.ts';
import { openSnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeWarehouse } from '../../../../warehouse/snowflake/open.ts';
import type { SnowflakeSettingsInput } from '../../../../warehouse/snowflake/settings.ts';
import { startSnowflakeDouble } from '../../../support/snowflake-double/start.ts';
import type { SnowflakeDouble } from '../../../support/snowflake-double/start.ts';

type DoubleOptions = NonNullable<Parameters<typeof startSnowflakeDouble>[0]>;

export interface Rig extends AsyncDisposable {
  readonly double: SnowflakeDouble;
  readonly warehouse: SnowflakeWarehouse;
  /** Texts of the statements that arrived, those of opening sessions and of the virtual warehouse left out. */
  readonly sent: () => string[];
}

export interface RigOptions {
  readonly double?: DoubleOptions;
  readonly settings?: Partial<SnowflakeSettingsInput>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Statements to begin with. */
  readonly with?: readonly string[];
}

const housekeeping = /^alter (session|warehouse) /;

/** The adapter on a double of an account; what it sent is looked at when the test is over. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const double = await startSnowflakeDouble(options.double);
  const settings = double.settings(options.settings) as SnowflakeSettingsInput;
  const warehouse = await openSnowflakeWarehouse(settings, {
    clock: options.clock ?? systemClock,
    logger: options.logger ?? silentLogger,
  });
  for (const sql of options.with ?? []) await warehouse.execute(sql);
  const begun = double.statements.length;
  return {
    double,
    warehouse,
    sent: () =>
      double.statements
        .slice(begun)
        .filter(({ repeated, sql }) => !repeated && !housekeeping.test(sql))
        .map(({ sql }) => sql),
    [Symbol.asyncDispose]: async () => {
      await warehouse.close();
      // A login that was refused asks what time it is there.
      const trouble = [
        ...double.strange.filter((each) => each !== 'HEAD /'),
        ...double.internalErrors.map(String),
      ];
      const left = double.openSessions();
      await double[Symbol.asyncDispose]();
      if (trouble.length > 0) throw new Error(`the double was surprised: ${trouble.join('; ')}`);
      if (left > 0) throw new Error(`${left} sessions were left open`);
    },
  };
}
