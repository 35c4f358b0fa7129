import type { ZodObject } from 'zod';
import { schedulerErrors } from '../errors.ts';

/** The values of a run's params, by name, with defaults filled in. */
export type Params = Readonly<Record<string, unknown>>;

/** What a run was triggered with, as its DAG's params; without a schema as it is. Throws PARAMS_INVALID. */
export function resolveParams(
  { dagId, params }: { readonly dagId: string; readonly params: ZodObject | undefined },
  conf: Params,
): Params {
  if (params === undefined) return conf;
  const parsed = params.safeParse(conf);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'conf'}: ${message}`);
  throw schedulerErrors.error('PARAMS_INVALID', { message: `DAG ${dagId}: ${problems.join('; ')}` });
}

/** The first param that a run which nobody triggers would lack; undefined if all have defaults. */
export function paramWithoutDefault(params: ZodObject | undefined): string | undefined {
  const parsed = params?.safeParse({});
  return parsed?.success === false ? String(parsed.error.issues[0]?.path[0] ?? '') : undefined;
}
