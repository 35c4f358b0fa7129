import type { Expr, MacroDefinition, Template } from './ast.ts';
import { DEFAULT_LIMITS } from './environment.ts';
import type { HostFilter, HostTest, Limits } from './environment.ts';
import { fail, located } from './errors.ts';
import { builtinGlobal } from './globals.ts';
import { Interpreter, Output, Scope } from './interpreter.ts';
import type { Frame } from './interpreter.ts';
import { guarded, chain } from './maybe.ts';
import type { Maybe } from './maybe.ts';
import { ReturnSignal, makeMacro } from './macro.ts';
import { charged, chargeTo } from './meter.ts';
import { execute } from './statement.ts';
import { Callable } from './values.ts';
import type { RunState, Value } from './values.ts';

export interface RenderOptions {
  /** Names of the project: explicit look-ups only, so that nothing else is ever in reach. They hide built-in ones. */
  readonly globals: (name: string) => Value | undefined;
  /** The names `globals` knows, for "did you mean" in strict mode. */
  readonly names?: () => Iterable<string>;
  readonly locals?: ReadonlyMap<string, Value>;
  /** `strict`: using an undefined value is JINJA_UNDEFINED, except for `is defined` and `default`. */
  readonly undefinedMode?: 'chainable' | 'strict';
  /** What a call of an undefined value gives; `undefined` while a project is parsed. */
  readonly callUndefined?: 'error' | 'undefined';
  /** Whether `return(value)` exists and ends the macro around it. */
  readonly returns?: boolean;
  readonly limits?: Partial<Limits>;
  readonly filters?: ReadonlyMap<string, HostFilter>;
  readonly tests?: ReadonlyMap<string, HostTest>;
}

/** Renders without ever waiting; a call that returns a promise is JINJA_ASYNC. */
export function renderSync(template: Template, options: RenderOptions): string {
  return run(template, options, false) as string;
}

/** Renders, waiting only where a call returns a promise. */
export async function render(template: Template, options: RenderOptions): Promise<string> {
  return run(template, options, true);
}

function run(template: Template, options: RenderOptions, isAsync: boolean): Maybe<string> {
  const frame = newFrame(template.file, options, isAsync);
  return atTop(frame, () => {
    requireNames(template, frame.it);
    for (const name of template.body.hoisted) frame.scope.names.set(name, undefined);
    return chain(execute(template.body.nodes, frame), () => frame.out.text);
  });
}

/** A frame to evaluate in: its outermost scope holds the locals, a template's own names go one further in. */
export function newFrame(file: string, options: RenderOptions, isAsync: boolean, shared?: RunState): Frame {
  const settings = {
    globals: lookupWith(options),
    isStrict: options.undefinedMode === 'strict',
    callUndefined: options.callUndefined ?? 'error',
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    filters: options.filters ?? new Map(),
    tests: options.tests ?? new Map(),
    names: options.names,
    isAsync,
    run: shared ?? { depth: 0, steps: 0, output: 0 },
  };
  const it = new Interpreter(settings, { file, line: 1, column: 1 });
  return { it, scope: new Scope(undefined), out: new Output() };
}

function lookupWith(options: RenderOptions): (name: string) => Value | undefined {
  const { globals, locals, returns = false } = options;
  return (name) => {
    const local = locals?.get(name);
    if (local !== undefined) return local;
    const global = globals(name);
    return global === undefined ? builtinGlobal(name, returns) : global;
  };
}

/** Runs at the outermost level: what is thrown leaves with a place. */
export function atTop<T>(frame: Frame, work: () => Maybe<T>): Maybe<T> {
  // A function of another template may have asked for this one: that one goes on behind it.
  const outer = charged();
  const result = guarded(work, nothing, (error) => {
    chargeTo(outer);
    throw located(error instanceof ReturnSignal ? returnOutside() : error, frame.it.at);
  });
  chargeTo(outer);
  return result;
}

function nothing(): void {
  // The account is given back in any case, and there is nothing else to do behind a rendering.
}

function returnOutside(): unknown {
  try {
    return fail('JINJA_TYPE', 'return() outside a macro');
  } catch (error) {
    return error;
  }
}

/** Refuses filters and tests that do not exist, where they are never reached as well. */
export function requireNames(template: Template, it: Interpreter): void {
  for (const needed of template.required) {
    if (needed.kind === 'filter' ? it.hasFilter(needed.name) : it.hasTest(needed.name)) continue;
    it.at = needed.at;
    if (needed.kind === 'filter') it.filter(needed.name, '', [], new Map());
    else it.test(needed.name, '', [], new Map());
  }
}

/**
 * A macro of some file as a function. Its body sees only its own names and `options.globals`: calls between macros of
 * one file go back through the globals, as in dbt. `return(x)` inside ends it. Tests and materializations likewise.
 */
export function macroCallable(definition: MacroDefinition, options: RenderOptions): Callable {
  const { signature, at, kind } = definition;
  const name = kind === 'test' ? `test_${definition.name}` : definition.name;
  const macro = { name, signature, at, isCaller: false };
  const pattern = makeMacro(macro, newFrame(at.file, options, true), execute);
  return new Callable(
    name,
    (args) => makeMacro(macro, newFrame(at.file, options, true, args.run), execute).call(args),
    pattern.attributes,
  );
}

/** The expression of a template that is nothing else. */
export function soleExpression(template: Template): Expr | undefined {
  const [node, ...others] = template.body.nodes;
  if (node?.kind !== 'print' || others.length > 0 || node.items.length !== 1) return undefined;
  return node.items[0];
}
