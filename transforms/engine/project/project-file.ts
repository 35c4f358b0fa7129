import { join } from 'node:path';
import { z } from 'zod';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { texts } from './config-schema.ts';
import { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import { readText, shown } from './files.ts';
import { validate, placesIn } from './validate.ts';
import { readYaml } from './yaml.ts';
import type { YamlFile } from './yaml.ts';

const tree = z.record(z.string(), z.unknown()).default({});
const paths = (fallback: string): z.ZodDefault<z.ZodArray<z.ZodString>> =>
  z.array(z.string()).default([fallback]);
const tolerated = z.unknown().optional();

const schema = z.strictObject({
  name: z.string().regex(/^[a-z_][a-z0-9_]*$/, 'must be lower case letters, digits and underscores'),
  version: z.union([z.string(), z.number()]).transform(String).optional(),
  'config-version': z.literal(2, 'must be 2').optional(),
  profile: z.string().optional(),
  'model-paths': paths('models'),
  'macro-paths': paths('macros'),
  'seed-paths': paths('seeds'),
  'test-paths': paths('tests'),
  'analysis-paths': tolerated,
  'snapshot-paths': tolerated,
  'docs-paths': tolerated,
  'asset-paths': tolerated,
  'function-paths': tolerated,
  'target-path': z.string().optional(),
  'log-path': tolerated,
  'packages-install-path': tolerated,
  'clean-targets': tolerated,
  vars: tree,
  models: tree,
  seeds: tree,
  sources: tree,
  data_tests: tree,
  tests: tree,
  'unit-tests': tree,
  unit_tests: tree,
  exposures: tree,
  snapshots: tolerated,
  'semantic-models': tolerated,
  metrics: tolerated,
  'saved-queries': tolerated,
  'on-run-start': texts.default([]),
  'on-run-end': texts.default([]),
  dispatch: tolerated,
  flags: tolerated,
  quoting: tolerated,
  'query-comment': tolerated,
  'require-dbt-version': tolerated,
  'restrict-access': tolerated,
  'dbt-cloud': tolerated,
});

/** dbt_project.yml as written, its values checked; settings in its trees are still templates. */
export type ProjectSettings = z.output<typeof schema>;

/** dbt_project.yml, checked; settings in its trees are rendered and checked where they are used. */
export interface ProjectFile {
  readonly settings: ProjectSettings;
  readonly yaml: YamlFile;
  readonly text: string;
}

/** Reads `dbt_project.yml` of a project folder. */
export async function readProjectFile(folder: string): Promise<ProjectFile> {
  const path = join(folder, 'dbt_project.yml');
  const text = await readText(path);
  if (text === undefined) {
    throw projectErrors.error('PROJECT_FILE_MISSING', {
      message: `there is no dbt_project.yml in ${shown(folder)}`,
      where: shown(path),
    });
  }
  const yaml = readYaml({ file: shown(path), folders: [], base: 'dbt_project', extension: '.yml', text });
  const defects = new Defects();
  const settings = validate(schema, yaml.value ?? {}, placesIn(yaml, [], ''), defects);
  defects.throwIfAny();
  if (settings === undefined) throw new Error('dbt_project.yml is neither valid nor refused');
  for (const key of ['on-run-start', 'on-run-end'] as const) {
    if (settings[key].length > 0) throw runHook(key, yaml);
  }
  return { settings, yaml, text };
}

/** A build publishes all marts in one transaction, and a statement beside it would be outside of what is undone. */
function runHook(key: string, yaml: YamlFile): Error {
  const instead =
    "use pre_hook or post_hook of a model, which belong to the model's publication, or a task of the DAG";
  return projectErrors.error('PROJECT_UNSUPPORTED', {
    message: `${key} is not supported: a build publishes in one transaction; ${instead}`,
    where: formatLocation(yaml.atKey([key])),
    remedy: instead,
  });
}

/** Vars for every model: the project's own section over the general ones, the command line's over both. */
export function varsOf(
  settings: ProjectSettings,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { vars, name } = settings;
  const mine = Object.hasOwn(vars, name) ? vars[name] : undefined;
  const general = Object.entries(vars).filter(([key]) => key !== name);
  const scoped =
    typeof mine === 'object' && mine !== null && !Array.isArray(mine) ? Object.entries(mine) : [];
  return Object.fromEntries([...general, ...scoped, ...Object.entries(given)]);
}
