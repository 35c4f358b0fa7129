import { formatLocation } from '../../../lib/jinja/location.ts';
import { transformErrors } from '../errors.ts';
import type { Defects } from './defects.ts';
import type { SourceFile } from './files.ts';
import type { PropertiesFile } from './loading.ts';
import type { TestConfig } from './model.ts';
import { propertiesSchema } from './property-schema.ts';
import type { Properties } from './property-schema.ts';
import { unsupported } from './settings.ts';
import { placesIn, validate } from './validate.ts';
import { isRecord, own, readYaml } from './yaml.ts';

/** What a test has where nobody says otherwise; dbt's defaults. */
export const defaultTestConfig: TestConfig = {
  severity: 'error',
  errorIf: '!= 0',
  warnIf: '!= 0',
  where: undefined,
  limit: undefined,
  storeFailures: false,
  failCalc: 'count(*)',
  tags: [],
  meta: {},
};

const valid = new WeakMap<SourceFile, Properties>();

/** Parses one YAML properties file; defects are collected and give undefined. */
export function readProperties(source: SourceFile, defects: Defects): PropertiesFile | undefined {
  const yaml = defects.try(() => readYaml(source));
  if (yaml === undefined) return undefined;
  const value = yaml.value ?? {};
  if (!isRecord(value)) {
    const message = 'the file must hold a mapping such as `models: [...]`';
    defects.add(
      transformErrors.error('TRANSFORM_PROPERTIES_INVALID', { message, where: formatLocation(yaml.at([])) }),
    );
    return undefined;
  }
  if (Array.isArray(own(value, 'snapshots'))) {
    const instead =
      'write a model with materialized: scd2, which is built from the change log and loses no version';
    defects.add(unsupported(`snapshots are not supported: ${instead}`, instead, yaml.atKey(['snapshots'])));
  }
  const known = valid.get(source) ?? validate(propertiesSchema, value, placesIn(yaml, [], ''), defects);
  if (known === undefined) return undefined;
  valid.set(source, known);
  return { yaml, folders: source.folders, properties: known };
}
