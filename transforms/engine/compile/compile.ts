import { createHash } from 'node:crypto';
import type { Dialect } from '../dialect/dialect.ts';
import type { Location } from '../../../lib/jinja/location.ts';
import { parseTemplate } from '../../../lib/jinja/parse.ts';
import { textOf } from '../../../lib/jinja/values.ts';
import { hashSalt } from '../project/environment.ts';
import type { Macro } from '../project/macros.ts';
import { keyingOf } from '../project/model.ts';
import type { DataTest, Model, Project, SingularTest } from '../project/model.ts';
import { mustModel } from '../project/laws.ts';
import { settingsOfTest } from '../project/tests-config.ts';
import { callTest } from './call-test.ts';
import { canonicalSql } from './canonical-sql.ts';
import { oneStatement } from '../warehouse/statements.ts';
import { contextOf, renderTemplate } from './render-node.ts';
import type { CompileScope } from './scope.ts';

export type { CompileScope } from './scope.ts';

/** The SQL of a model, ephemeral models inlined. */
export async function renderModel(project: Project, name: string, scope: CompileScope): Promise<string> {
  const model = mustModel(project, name);
  const sql = await renderTemplate(model.template, {
    project,
    scope: { ...scope, touchKey: keyingOf(model)?.touchKey },
    execute: true,
    model,
    refs: model.refs,
  });
  return oneStatement(sql, scope.dialect, model);
}

/** The SQL of a text from a YAML file or a hook: `place` begins the `where` of its errors. Hooks may read secrets. */
export async function renderText(
  project: Project,
  text: string,
  place: Location,
  scope: CompileScope & { readonly model?: Model; readonly isHook?: boolean },
): Promise<string> {
  const template = parseTemplate(text, place.file, { startLine: place.line, startColumn: place.column });
  const { model, isHook } = scope;
  const sql = await renderTemplate(template, { project, scope, execute: true, model, allowSecrets: isHook });
  // A hook's statements are run one by one; all else is put into a statement of the engine's.
  return isHook === true
    ? sql
    : oneStatement(sql, scope.dialect, { name: 'this text', file: `${place.file}:${place.line}` });
}

/** The SQL of a test of its own. */
export async function renderTest(project: Project, test: SingularTest, scope: CompileScope): Promise<string> {
  const sql = await renderTemplate(test.template, {
    project,
    scope,
    execute: true,
    refs: test.refs,
    config: settingsOfTest(test.config),
  });
  return oneStatement(sql, scope.dialect, test);
}

/** A select of the touch keys that an input's changed rows map to; undefined where the mapping is 'never'. */
export async function renderMapping(
  project: Project,
  model: Model,
  input: string,
  scope: CompileScope & { readonly changed: string },
): Promise<string | undefined> {
  const mapping = keyingOf(model)?.touchedBy[input]?.trim();
  if (mapping === undefined || mapping === 'never') return undefined;
  if (/^[a-z_][a-z0-9_]*$/.test(mapping)) return `select ${mapping} as touch_key from ${scope.changed}`;
  const file = `${model.properties?.file ?? model.file} (touched_by ${input})`;
  const sql = await renderTemplate(parseTemplate(mapping, file), { project, scope, execute: true, model });
  return oneStatement(sql, scope.dialect, { name: `the mapping of ${input}`, file, rawCode: mapping });
}

/** The SQL of a generic test of the project on `rows`: its macro, called with the arguments as written in YAML. */
export async function renderDataTest(
  project: Project,
  test: DataTest,
  scope: CompileScope & { readonly rows: string },
): Promise<string> {
  const model = test.attachedTo.kind === 'model' ? mustModel(project, test.attachedTo.name) : undefined;
  const context = contextOf({
    project,
    scope,
    execute: true,
    model,
    refs: test.refs,
    config: settingsOfTest(test.config),
  });
  const { database } = project.authoring.environment.target;
  const sql = textOf(await callTest(test, context, scope.rows, database)).trim();
  return oneStatement(sql, scope.dialect, { name: test.name, file: `${test.file}:${test.line}` });
}

/**
 * Identifies what a model computes: its SQL whole and restricted, with names in the place of relations, that of all it
 * inlines, and its materialization. Blanks and comments of the SQL do not count. What a template reads at run time only
 * (run_query, execute, env_var) cannot be seen in its SQL, so such a model counts with its text and that of its macros.
 */
export function fingerprint(project: Project, name: string, dialect: Dialect): string {
  const known = fingerprints.get(project) ?? new Map<string, string>();
  fingerprints.set(project, known);
  const key = `${dialect} ${name}`;
  const value = known.get(key) ?? freshFingerprint(project, name, dialect);
  known.set(key, value);
  return value;
}

/** A project does not change once it is loaded. */
const fingerprints = new WeakMap<Project, Map<string, string>>();

function freshFingerprint(project: Project, name: string, dialect: Dialect): string {
  const model = mustModel(project, name);
  const hash = createHash('sha256').update(JSON.stringify(model.materialization));
  if (model.materialization.kind === 'seed') return hash.update(model.checksum).digest('hex').slice(0, 16);
  // The engine makes the keys of dimensions: they change with the salt, and once did with their type.
  if (model.materialization.kind === 'scd2')
    hash.update('\0numbers').update(hashSalt(project.authoring.environment).join(''));
  const macros = new Map<string, Macro>();
  let isVolatile = false;
  const placeholders = {
    dialect,
    relation: (key: string) => `<${key}>`,
    source: (key: string) => `<${key}>`,
  };
  for (const scope of [placeholders, { ...placeholders, touched: '<touched>', isIncremental: true }]) {
    const sql = renderTemplate(model.template, {
      project,
      scope: { ...scope, self: '<self>', touchKey: keyingOf(model)?.touchKey },
      execute: false,
      model,
      refs: model.refs,
      onVolatile: () => (isVolatile = true),
      onMacro: (macro) => macros.set(macro.name, macro),
    });
    if (sql instanceof Promise) throw new Error(`${name} waited while it was fingerprinted`);
    hash.update('\0').update(canonicalSql(sql));
  }
  if (isVolatile) {
    for (const text of volatileTexts(project, model)) hash.update('\0').update(text);
    for (const key of [...macros.keys()].toSorted())
      hash.update('\0').update(macros.get(key)?.definition.raw ?? '');
  }
  return hash.digest('hex').slice(0, 16);
}

/** The texts of a model and of what it inlines, and of the macros that they may reach while they run. */
function volatileTexts(project: Project, model: Model): string[] {
  const inlined = model.refs
    .map((ref) => mustModel(project, ref))
    .filter((ref) => ref.materialization.kind === 'ephemeral');
  const macros = (model.macros ?? []).map((id) => project.macros?.get(id)?.text ?? '');
  return [model.rawCode, ...macros, ...inlined.flatMap((each) => volatileTexts(project, each))];
}
