import { formatLocation } from '../../../lib/jinja/location.ts';
import { isReference, referencesIn } from './calls.ts';
import { parseTest } from './custom-test.ts';
import type { Defects } from './defects.ts';
import { mustKnowSources, resolveRefs } from './dependencies.ts';
import type { Targets } from './dependencies.ts';
import type { Discovery, Known } from './discover.ts';
import { projectErrors } from './errors.ts';
import { builtInName, nativeTests } from './macros.ts';
import type { DataTest, Model, SourceTable } from './model.ts';
import type { Draft } from './models.ts';
import { holdsTemplate } from './profile.ts';
import type { TestDraft } from './singular-tests.ts';

/** Models with their refs resolved; what leads nowhere is collected. */
export function linkModels(
  drafts: readonly Draft[],
  targets: Targets,
  known: Known,
  defects: Defects,
): Model[] {
  return drafts.map(({ model, discovery }) => {
    mustKnowSources(discovery.sources, targets, defects);
    const found = [...discovery.refs, ...inferredRefs(model)];
    checkMappings(model, targets, known, defects);
    return {
      ...model,
      refs: resolveRefs(found, targets, defects),
      tests: linkTests(model.tests, targets, known, defects),
    };
  });
}

/** A slowly changing dimension reads the facts whose keys it infers members from, without a ref in its SQL. */
function inferredRefs({ materialization, properties, file }: Model): Discovery['refs'][number][] {
  if (materialization.kind !== 'scd2') return [];
  const at = { file: properties?.file ?? file, line: properties?.line ?? 1, column: 1 };
  return materialization.scd2.inferredFrom.map(({ ref }) => ({ name: ref, version: undefined, at }));
}

/** Mappings of touched keys are templates of their own: their refs must exist, but do not order the build. */
function checkMappings(
  { materialization, properties, file }: Model,
  targets: Targets,
  known: Known,
  defects: Defects,
): void {
  if (!('touchedBy' in materialization)) return;
  const at = { file: properties?.file ?? file, line: properties?.line ?? 1, column: 1 };
  for (const mapping of Object.values(materialization.touchedBy)) {
    if (!holdsTemplate(mapping)) continue;
    const found = defects.try(() => referencesIn(mapping, at, known, true));
    resolveRefs(found?.refs ?? [], targets, defects);
  }
}

/** Tests of their own with their refs resolved. */
export function linkSingular(
  drafts: readonly TestDraft[],
  targets: Targets,
  defects: Defects,
): TestDraft['test'][] {
  return drafts.map(({ test, discovery }) => {
    mustKnowSources(discovery.sources, targets, defects);
    return { ...test, refs: resolveRefs(discovery.refs, targets, defects) };
  });
}

/** Source tables with the refs of their tests resolved. */
export function linkSources(
  sources: ReadonlyMap<string, SourceTable>,
  targets: Targets,
  known: Known,
  defects: Defects,
): ReadonlyMap<string, SourceTable> {
  return new Map(
    Array.from(sources, ([name, table]) => [
      name,
      { ...table, tests: linkTests(table.tests, targets, known, defects) },
    ]),
  );
}

/** Generic tests with the models that their arguments, and the macros of the project's own, refer to. */
function linkTests(tests: readonly DataTest[], targets: Targets, known: Known, defects: Defects): DataTest[] {
  return tests.map((test) => {
    const found = defects.try(() => referencesOf(test, known)) ?? { refs: [], sources: [] };
    mustKnowSources(found.sources, targets, defects);
    const refs = [...test.refs, ...resolveRefs(found.refs, targets, defects)];
    const sources = [...test.sources, ...found.sources.map((each) => each.name)];
    return { ...test, refs: [...new Set(refs)], sources: [...new Set(sources)] };
  });
}

function referencesOf(test: DataTest, known: Known): Pick<Discovery, 'refs' | 'sources'> {
  const at = { file: test.file, line: test.line, column: 1 };
  if (!nativeTests.has(builtInName(test.kind))) return parseTest(test, known);
  checkNative(test);
  const texts = Object.values(test.arguments).filter((value) => typeof value === 'string');
  const all = texts.filter(isReference).map((text) => referencesIn(text, at, known));
  return { refs: all.flatMap((each) => each.refs), sources: all.flatMap((each) => each.sources) };
}

/** Arguments of the built-in tests: those needed, and those possible. */
const nativeArguments: Readonly<
  Record<string, { readonly needed: readonly string[]; readonly possible: readonly string[] }>
> = {
  unique: { needed: [], possible: [] },
  not_null: { needed: [], possible: [] },
  accepted_values: { needed: ['values'], possible: ['values', 'quote'] },
  relationships: { needed: ['to', 'field'], possible: ['to', 'field'] },
  unique_combination_of_columns: {
    needed: ['combination_of_columns'],
    possible: ['combination_of_columns', 'quote_columns'],
  },
};

function checkNative(test: DataTest): void {
  const { needed, possible } = nativeArguments[builtInName(test.kind)] ?? { needed: [], possible: [] };
  const given = Object.keys(test.arguments).filter((name) => name !== 'column_name');
  const missing = needed.find((name) => !given.includes(name));
  const unknown = given.find((name) => !possible.includes(name));
  const isBare = test.column === undefined && test.arguments['column_name'] === undefined;
  const problem =
    missing !== undefined
      ? `needs the argument ${missing}`
      : unknown !== undefined
        ? `has no argument ${unknown}; it takes ${possible.join(', ') || 'none'}`
        : isBare && builtInName(test.kind) !== 'unique_combination_of_columns'
          ? 'must stand under a column, or name one with column_name'
          : undefined;
  if (problem === undefined) return;
  throw projectErrors.error('PROJECT_SETTING_INVALID', {
    message: `${test.attachedTo.name}: the test ${test.kind} ${problem}`,
    where: formatLocation({ file: test.file, line: test.line, column: 1 }),
  });
}
