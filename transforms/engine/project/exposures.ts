import { mustKnowSources, resolveRefs } from './dependencies.ts';
import type { Targets } from './dependencies.ts';
import { describe } from './docs.ts';
import { referencesIn } from './calls.ts';
import { mergeSettings, readSettings, textsOf } from './settings.ts';
import { exposureConfigSchema } from './config-schema.ts';
import type { Loading, PropertiesFile } from './loading.ts';
import type { Exposure } from './model.ts';
import type { ExposureProperties } from './property-schema.ts';
import { placesIn } from './validate.ts';
import { isRecord } from './yaml.ts';
import type { Path } from './yaml.ts';

/** The exposures declared in some properties files. */
export function readExposures(
  files: readonly PropertiesFile[],
  targets: Targets,
  loading: Loading,
): Exposure[] {
  return files.flatMap((file) =>
    file.properties.exposures.flatMap(
      (properties, index) => toExposure(properties, ['exposures', index], file, targets, loading) ?? [],
    ),
  );
}

function toExposure(
  properties: ExposureProperties,
  path: Path,
  file: PropertiesFile,
  targets: Targets,
  loading: Loading,
): Exposure | undefined {
  const { defects, docs, projectName, environment } = loading;
  const kind = {
    schema: exposureConfigSchema,
    render: loading.render,
    defects,
    onWarning: environment.onWarning,
  };
  const { tags, meta } = properties;
  const settings = mergeSettings([
    ...loading.trees.exposures.levelsOf([projectName, ...file.folders, properties.name]),
    { tags, meta },
    readSettings(properties.config, placesIn(file.yaml, [...path, 'config'], properties.name), kind),
  ]);
  if (settings['enabled'] === false || properties.enabled === false) return undefined;
  const found = properties.depends_on.flatMap(
    (text, index) =>
      defects.try(() => referencesIn(text, file.yaml.at([...path, 'depends_on', index]), loading)) ?? [],
  );
  const sources = found.flatMap((each) => each.sources);
  mustKnowSources(sources, targets, defects);
  const { email } = properties.owner;
  return {
    name: properties.name,
    uniqueId: `exposure.${projectName}.${properties.name}`,
    label: properties.label,
    type: properties.type,
    description: describe(
      properties.description,
      () => file.yaml.at([...path, 'description']),
      docs,
      defects,
    ),
    owner: { name: properties.owner.name, email: Array.isArray(email) ? email.join(', ') : email },
    url: properties.url,
    maturity: properties.maturity,
    refs: resolveRefs(
      found.flatMap((each) => each.refs),
      targets,
      defects,
    ),
    sources: [...new Set(sources.map((each) => each.name))],
    tags: textsOf(settings['tags']),
    meta: isRecord(settings['meta']) ? settings['meta'] : {},
    file: file.yaml.file,
  };
}
