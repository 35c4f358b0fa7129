import { formatLocation } from '../../../lib/jinja/location.ts';
import type { Maybe } from '../../../lib/jinja/maybe.ts';
import { chain } from '../../../lib/jinja/maybe.ts';
import { render, renderSync } from '../../../lib/jinja/render.ts';
import type { Template } from '../../../lib/jinja/ast.ts';
import { Dict } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import type { Environment } from '../project/environment.ts';
import type { Macro } from '../project/macros.ts';
import type { Model, Project } from '../project/model.ts';
import { mustModel } from '../project/laws.ts';
import { resolveRef, unknownRef } from '../project/references.ts';
import { own } from '../project/yaml.ts';
import { baseNames } from './base-context.ts';
import { Context } from './context.ts';
import { compileErrors } from './errors.ts';
import { graphOf, nodeOf } from './graph-object.ts';
import { nodeNames } from './node-context.ts';
import type { RefRequest } from './node-context.ts';
import { relationOf } from './relation.ts';
import type { RelationType } from './relation.ts';
import { isRestricted } from './restriction.ts';
import type { CompileScope } from './scope.ts';
import type { OnLog } from './template-log.ts';
import { asker } from './warehouse-functions.ts';

/** One rendering of a project's template. */
export interface Rendering {
  readonly project: Project;
  readonly scope: CompileScope;
  /** False renders as while parsing: nothing is asked of the warehouse, nothing waits. */
  readonly execute: boolean;
  /** The model rendered, or the one that a mapping or hook belongs to. */
  readonly model?: Model | undefined;
  /** Keys of models that the template may refer to; undefined allows all. */
  readonly refs?: readonly string[] | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly allowSecrets?: boolean | undefined;
  readonly onVolatile?: (() => void) | undefined;
  readonly onMacro?: ((macro: Macro) => void) | undefined;
}

/** The text of a template in a rendering; a promise only where something had to be asked. */
export function renderTemplate(template: Template, rendering: Rendering): Maybe<string> {
  const context = contextOf(rendering);
  context.warnUnknown(template);
  if (!rendering.execute) {
    try {
      return renderSync(template, context.options).trim();
    } catch (error) {
      throw context.explain(error);
    }
  }
  return render(template, context.options).then(
    (text) => text.trim(),
    (error: unknown) => {
      throw context.explain(error);
    },
  );
}

/** The names of a rendering. */
export function contextOf(rendering: Rendering): Context {
  const { project, scope, model } = rendering;
  const environment = environmentOf(project, scope);
  const onVolatile = rendering.onVolatile ?? ignore;
  const base = baseNames(environment, {
    allowSecrets: rendering.allowSecrets ?? false,
    startedAt: scope.startedAt ?? (rendering.execute ? new Date() : new Date(0)),
    invocationId: scope.runId ?? 'none',
    onVolatile,
    onLog: rendering.execute ? (scope.onLog ?? shownAsWarning(environment)) : ignore,
    flags: scope.flags,
  });
  const { database } = environment.target;
  const self =
    scope.self ?? (model === undefined ? undefined : `${model.config.schema}.${model.config.alias}`);
  const node = nodeNames({
    environment,
    execute: rendering.execute,
    isIncremental: () => scope.isIncremental ?? false,
    ref: (request, args) => refValue(rendering, request, args),
    source: (name) => relationOf(scope.source(name), database, undefined),
    config: { get: (name) => own(rendering.config ?? model?.config.authored ?? {}, name), add: ignore },
    self: self === undefined ? undefined : relationOf(self, database, typeOf(model)),
    model: () => (model === undefined ? new Dict() : nodeOf(project, model)),
    graph: () => graphOf(project),
    ask: rendering.execute ? asker(scope.runQuery) : undefined,
    touched: scope.touched,
    touchKey: scope.touchKey,
    runQuery: rendering.execute ? scope.runQuery : undefined,
    askOnce: rendering.execute ? scope.askOnce : undefined,
    touchedBounds: scope.touchedBounds,
    slice: scope.slice,
    changed: scope.changed,
    changedInRun: scope.changedInRun,
    keysInRun: scope.keysInRun,
    onTouched: ignore,
    functions: scope.functions,
    onVolatile,
    targetType: environment.target.type,
    flags: scope.flags,
    dispatch: (name, args) => context.dispatch(name, args),
    results: new Map(),
  });
  const context: Context = new Context({
    environment,
    dialect: scope.dialect,
    isRestricted: isRestricted(scope),
    overrides: scope.overrides?.macros,
    macros: project.authoring.macros,
    node,
    base,
    onMacro: rendering.onMacro,
  });
  return context;
}

/** Commands that read files only have no log of their own. */
function shownAsWarning({ onWarning }: Environment): OnLog {
  return (message, isShown) => {
    if (isShown) onWarning(message);
  };
}

function ignore(): void {
  // What is set while rendering changes nothing, and a rendering that only looks at its text logs nothing.
}

function environmentOf(project: Project, { overrides }: CompileScope): Environment {
  const { environment } = project.authoring;
  if (overrides === undefined) return environment;
  const vars = { ...environment.vars, ...overrides.vars };
  return { ...environment, vars, env: { ...environment.env, ...overrides.envVars } };
}

function typeOf(model: Model | undefined): RelationType | undefined {
  if (model === undefined) return undefined;
  return model.materialization.kind === 'view' || model.materialization.kind === 'latest' ? 'view' : 'table';
}

function refValue(rendering: Rendering, request: RefRequest, args: CallArguments): Maybe<Value> {
  const { project, scope, refs } = rendering;
  const key = resolveRef(project.models, request.name, request.version);
  const where = formatLocation(args.at);
  if (key === undefined) throw unknownRef(project.models, new Set(), request, where);
  if (refs !== undefined && !refs.includes(key)) throw undeclared(key, where);
  const target = mustModel(project, key);
  const { database } = project.authoring.environment.target;
  if (target.materialization.kind !== 'ephemeral') {
    return relationOf(scope.relation(key), database, typeOf(target));
  }
  const inlined = renderTemplate(target.template, {
    ...rendering,
    // A subquery of another model: its own name, settings and refs; the touched keys are those of the outermost.
    scope: { ...scope, self: undefined },
    model: target,
    refs: target.refs,
    config: target.config.authored,
  });
  return chain(inlined, (sql) => relationOf(`(\n${sql}\n)`, database, 'cte'));
}

function undeclared(key: string, where: string): Error {
  return compileErrors.error('COMPILE_UNDECLARED_REF', {
    message: `ref('${key}') was not seen when the project was parsed`,
    where,
    remedy: `Put a comment \`-- depends_on: {{ ref('${key}') }}\` outside of every condition.`,
  });
}
