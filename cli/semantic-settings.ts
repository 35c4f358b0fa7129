import path from 'node:path';
import { z } from 'zod';
import { invalidSetting, readConfigFile } from './config-file.ts';

/** The section `semantic` of shopwave.yml. */
const fileShape = z.strictObject({
  /** The file that says who may see which metrics; without one, everybody on this machine sees all. */
  access: z.string().min(1).optional(),
});

export interface SemanticSettings {
  /** The access file, absolute. */
  readonly access: string | undefined;
}

/** How metrics are served here; SHOPWAVE_ACCESS has the last word. Throws CLI_CONFIG_INVALID with file and line. */
export async function readSemanticSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SemanticSettings> {
  const file = await readConfigFile(env);
  const parsed = fileShape.safeParse(file.content['semantic'] ?? {});
  if (!parsed.success) throw invalidSetting(parsed.error, ['semantic'], file.placeOf);
  const access = env['SHOPWAVE_ACCESS'] ?? parsed.data.access;
  return { access: access === undefined ? undefined : path.resolve(access) };
}
