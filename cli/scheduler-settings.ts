import { z } from 'zod';
import { parseDurationMs } from '../lib/duration.ts';
import { invalidSetting, readConfigFile } from './config-file.ts';

const duration = z.string().transform((text, context): number => {
  try {
    return parseDurationMs(text);
  } catch {
    context.addIssue(`"${text}" is no duration; write 30s or 5m`);
    return z.NEVER;
  }
});

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
});

export type SchedulerSettings = z.infer<typeof fileShape>;

/** How the scheduler of this installation is set up; throws CLI_CONFIG_INVALID with file and line. */
export async function readSchedulerSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<SchedulerSettings> {
  const file = await readConfigFile(env);
  const parsed = fileShape.safeParse(file.content['scheduler'] ?? {});
  if (parsed.success) return parsed.data;
  throw invalidSetting(parsed.error, ['scheduler'], file.placeOf);
}
