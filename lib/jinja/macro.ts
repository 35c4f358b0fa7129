import type { Node, Signature } from './ast.ts';
import { evaluate } from './expression.ts';
import { fail, located } from './errors.ts';
import { Output, Scope } from './interpreter.ts';
import type { Frame } from './interpreter.ts';
import { formatLocation } from './location.ts';
import type { Location } from './location.ts';
import { guarded, chain } from './maybe.ts';
import type { Maybe } from './maybe.ts';
import { Callable, Dict, Tuple } from './values.ts';
import type { CallArguments, Value } from './values.ts';

/** Thrown by `return(x)`; ends the macro around it. */
export class ReturnSignal {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

export interface MacroInput {
  readonly name: string;
  readonly signature: Signature;
  readonly at: Location;
  /** The body of a call block: `return` passes through it to the macro around. */
  readonly isCaller: boolean;
}

type Execute = (nodes: readonly Node[], frame: Frame) => Maybe<unknown>;

/** A macro as a function; it sees its arguments, its own names and the scope that it is defined in. */
export function makeMacro(macro: MacroInput, frame: Frame, execute: Execute): Callable {
  return new Callable(macro.name, (args) => invoke(macro, args, frame, execute), macroAttributes(macro));
}

function macroAttributes({ name, signature }: MacroInput): ReadonlyMap<string, Value> {
  const names = signature.parameters.map((parameter) => parameter.name);
  return new Map<string, Value>([
    ['name', name],
    ['arguments', new Tuple(names)],
    ['catch_kwargs', signature.uses.kwargs],
    ['catch_varargs', signature.uses.varargs],
    ['caller', signature.uses.caller],
    ['explicit_caller', names.includes('caller')],
  ]);
}

function invoke(macro: MacroInput, args: CallArguments, outer: Frame, execute: Execute): Maybe<Value> {
  const { it } = outer;
  const frame: Frame = { it, scope: new Scope(outer.scope), out: new Output() };
  it.enter();
  return guarded<Value>(
    () => {
      // Arguments that do not fit are the fault of the call.
      it.at = args.at;
      bindArguments(macro, args, frame);
      return chain(applyDefaults(macro, 0, frame), () =>
        chain(execute(macro.signature.body.nodes, frame), () => frame.out.text),
      );
    },
    () => {
      it.run.depth -= 1;
    },
    (error) => {
      if (error instanceof ReturnSignal) {
        if (macro.isCaller) throw error;
        it.at = args.at;
        return error.value;
      }
      const line = `in ${macro.isCaller ? 'the call block' : `macro ${macro.name}`} (${formatLocation(macro.at)})`;
      throw located(error, it.at, `${line}, called from ${formatLocation(args.at)}`);
    },
  );
}

/** Jinja2's rules: by position, then by name; caller, kwargs and varargs only for bodies that use them. */
function bindArguments(macro: MacroInput, args: CallArguments, frame: Frame): void {
  const { parameters, body, uses } = macro.signature;
  const { names } = frame.scope;
  const named = new Map(args.named);
  for (const name of body.hoisted) names.set(name, undefined);
  let foundCaller = false;
  parameters.forEach(({ name }, index) => {
    foundCaller ||= name === 'caller';
    if (index < args.positional.length) names.set(name, args.positional[index]);
    else {
      names.set(name, named.get(name));
      named.delete(name);
    }
  });
  if (uses.caller && !foundCaller) {
    names.set(
      'caller',
      named.get('caller') ?? frame.it.undefinedValue('caller', 'this macro was not called by a call block'),
    );
    named.delete('caller');
  }
  const extra = args.positional.slice(parameters.length);
  if (uses.kwargs) names.set('kwargs', new Dict(named));
  else if (named.size > 0) refuse(macro, `there is no argument '${[...named.keys()].join("', '")}'`);
  if (uses.varargs) names.set('varargs', new Tuple(extra));
  else if (extra.length > 0) refuse(macro, `${args.positional.length} positional arguments were given`);
}

function refuse(macro: MacroInput, what: string): never {
  const shown = macro.signature.parameters.map(({ name, fallback }) =>
    fallback === undefined ? name : `${name}=...`,
  );
  return fail('JINJA_ARGUMENTS', `${macro.name}(${shown.join(', ')}): ${what}`);
}

function applyDefaults(macro: MacroInput, from: number, frame: Frame): Maybe<undefined> {
  const { parameters } = macro.signature;
  const { names } = frame.scope;
  for (let index = from; index < parameters.length; index += 1) {
    const { name, fallback } = parameters[index] ?? fail('JINJA_ARGUMENTS', macro.name);
    if (names.get(name) !== undefined) continue;
    if (fallback === undefined) {
      names.set(name, frame.it.undefinedValue(name, `parameter '${name}' was not provided`));
      continue;
    }
    const value = evaluate(fallback, frame);
    if (value instanceof Promise) {
      return value.then((late) => {
        names.set(name, late);
        return applyDefaults(macro, index + 1, frame);
      });
    }
    names.set(name, value);
  }
  return undefined;
}
