import { z } from 'zod';
import { invalidSetting, readConfigFile } from './config-file.ts';
import { duration } from './duration-setting.ts';
import { secretsSaidBy, secretsShape } from './secrets-settings.ts';

/** The section `scheduler` of shopwave.yml. */
const fileShape = z.strictObject({
  /** Finished runs go once they are that old, or so many newer ones of their DAG are there. */
  retention: z
    .strictObject({
      days: z.number().positive().default(90),
      runs: z.int().min(1).default(20_000),
    })
    .prefault({}),
  parallelism: z.int().min(1).max(1000).default(8),
  importTimeout: duration.prefault('30s'),
  /** So much of the log of one attempt is kept. */
  logLimitMb: z.number().positive().default(20),
  secrets: secretsShape.optional(),
});

export type SchedulerSettings = z.infer<typeof fileShape>;

/** How the scheduler of this installation is set up; throws CLI_CONFIG_INVALID with file and line. */
export async function readSchedulerSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SchedulerSettings> {
  const file = await readConfigFile(env);
  const parsed = fileShape.safeParse(withSecretsOf(file.content['scheduler'] ?? {}, secretsSaidBy(env)));
  if (parsed.success) return parsed.data;
  throw invalidSetting(parsed.error, ['scheduler'], file.placeOf);
}

/** The environment's word on secrets among what the file says; what is no group of settings is left to be refused. */
function withSecretsOf(written: unknown, said: Readonly<Record<string, string>>): unknown {
  if (Object.keys(said).length === 0 || !isGroup(written)) return written;
  const { secrets = {} } = written;
  return isGroup(secrets) ? { ...written, secrets: { ...secrets, ...said } } : written;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
