import path from 'node:path';
import { z } from 'zod';
import { duration } from './duration-setting.ts';
import { invalidSetting, readConfigFile } from './config-file.ts';
import { packageRoot } from './config.ts';

/** The model that the product ships. */
export const ownModel: string = path.join(packageRoot, 'semantic', 'model');

/** The section `semantic` of shopwave.yml. */
const fileShape = z.strictObject({
  /** The file that says who may see which metrics; without one, everybody on this machine sees all. */
  access: z.string().min(1).optional(),
  /** The folder of the metric model, with cubes/ and views/; without one, the product's own. */
  model: z.string().min(1).optional(),
  /** A statement of a metric query that runs longer is ended; `5m` where it is left out. */
  statementTimeout: duration.optional(),
});

const defaultTimeoutMs = 300_000;

export interface SemanticSettings {
  /** The access file, absolute. */
  readonly access: string | undefined;
  /** The folder of the metric model, absolute. */
  readonly model: string;
  readonly statementTimeoutSec: number;
}

/**
 * How metrics are served here; SHOPWAVE_ACCESS and SHOPWAVE_MODEL have the last word. Throws CLI_CONFIG_INVALID with file
 * and line.
 */
export async function readSemanticSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SemanticSettings> {
  const file = await readConfigFile(env);
  const parsed = fileShape.safeParse(file.content['semantic'] ?? {});
  if (!parsed.success) throw invalidSetting(parsed.error, ['semantic'], file.placeOf);
  const access = env['SHOPWAVE_ACCESS'] ?? parsed.data.access;
  const model = env['SHOPWAVE_MODEL'] ?? parsed.data.model ?? ownModel;
  return {
    access: access === undefined ? undefined : path.resolve(access),
    model: path.resolve(model),
    statementTimeoutSec: Math.ceil((parsed.data.statementTimeout ?? defaultTimeoutMs) / 1000),
  };
}
