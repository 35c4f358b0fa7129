import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Defects } from './defects.ts';
import { projectErrors } from './errors.ts';
import { nearest } from '../../../lib/edit-distance.ts';
import type { PropertiesFile } from './loading.ts';
import type { DataTest, Model, SingularTest } from './model.ts';
import { placeOfEntry } from './relation-laws.ts';

/** Every group that something says it belongs to is declared: access is decided by it. */
export function checkGroups(
  files: readonly PropertiesFile[],
  models: Iterable<Model>,
  singular: readonly SingularTest[],
  defects: Defects,
): void {
  const known = new Set(files.flatMap((file) => file.properties.groups.map((group) => group.name)));
  const check = (name: string, group: string | undefined, where: string): void => {
    if (group === undefined || known.has(group)) return;
    const near = nearest(group, known);
    defects.add(
      projectErrors.error('PROJECT_SETTING_INVALID', {
        message: `${name}: there is no group ${group}${near === undefined ? '' : `; did you mean ${near}?`}`,
        where,
        remedy: 'Declare it under groups: in a YAML file, with its owner.',
      }),
    );
  };
  const placeOf = ({ file, line }: DataTest): string => formatLocation({ file, line, column: 1 });
  for (const model of models) {
    check(model.name, model.config.group, placeOfEntry(model));
    for (const test of model.tests) check(test.name, test.config.group, placeOf(test));
  }
  for (const { name, config, file } of singular) check(name, config.group, `${file}:1:1`);
}
