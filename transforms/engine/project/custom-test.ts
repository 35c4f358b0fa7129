import { callTest } from '../compile/call-test.ts';
import { parseContext } from './discover.ts';
import type { Known, Parsing } from './discover.ts';
import { reachedMacros } from './macros.ts';
import type { DataTest } from './model.ts';
import { readSettings } from './settings.ts';
import type { Authored, SettingsKind } from './settings.ts';
import { settingsOfTest } from './tests-config.ts';
import { placesAt } from './validate.ts';

/** What a test of the project uses when it is rendered as while parsing; so arguments that do not fit are found too. */
export function parseTest(test: DataTest, known: Known): Parsing['found'] {
  const settings = settingsOfTest(test.config);
  const parsing = parseContext(known, { settings, self: undefined, isIncremental: false });
  const result = callTest(test, parsing.context, test.attachedTo.name, known.environment.target.database);
  if (result instanceof Promise) throw new Error(`${test.name} waited while it was parsed`);
  return parsing.found;
}

/** The settings that a test of the project gives itself with config(), for all of its uses. */
export function settingsInMacro(test: DataTest, known: Known, kind: SettingsKind): Authored[] {
  if (!asksConfig(test, known)) return [];
  const found = kind.defects.try(() => parseTest(test, known));
  return (found?.configs ?? []).map(({ values, at }) =>
    readSettings(values, placesAt(at, `the test ${test.kind}`), kind),
  );
}

/** Most tests set nothing, and need not be rendered for it. */
function asksConfig({ kind }: Pick<DataTest, 'kind'>, { macros, environment }: Known): boolean {
  const reached = reachedMacros(macros, [`test_${kind}`], [environment.target.type, 'default']);
  return reached.some((macro) => macro.mentions.includes('config'));
}
