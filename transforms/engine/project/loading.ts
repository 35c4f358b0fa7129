import { parseTemplate } from '../../../lib/jinja/parse.ts';
import { evaluateNative } from '../../../lib/jinja/native.ts';
import { fromValue } from '../../../lib/jinja/values.ts';
import type { Value } from '../../../lib/jinja/values.ts';
import type { Defects } from './defects.ts';
import type { Environment } from './environment.ts';
import type { MacroTable } from './macros.ts';
import type { RenderText } from './profile.ts';
import type { SettingsTree } from './settings.ts';
import type { YamlFile } from './yaml.ts';
import type { Properties } from './property-schema.ts';

/** What the steps of loading share. */
export interface Loading {
  readonly projectName: string;
  readonly environment: Environment;
  readonly macros: MacroTable;
  readonly docs: ReadonlyMap<string, string>;
  readonly defects: Defects;
  /** Stands for everything that a model's draft depends on besides its own files. */
  readonly signature: string;
  /** Renders values of YAML files. */
  readonly render: RenderText;
  readonly trees: Readonly<
    Record<'models' | 'seeds' | 'data_tests' | 'sources' | 'unit_tests' | 'exposures', SettingsTree>
  >;
}

/** A properties file with its entries checked. */
export interface PropertiesFile {
  readonly yaml: YamlFile;
  /** Folders below the path it was found under. */
  readonly folders: readonly string[];
  readonly properties: Properties;
}

/** Renders YAML values with some names. */
export function yamlRenderer(globals: (name: string) => Value | undefined): RenderText {
  return (text, at) => {
    const template = parseTemplate(text, at.file, { startLine: at.line, startColumn: at.column });
    return fromValue(evaluateNative(template, { globals }));
  };
}
