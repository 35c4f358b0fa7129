import { fail } from './errors.ts';
import { ReturnSignal } from './macro.ts';
import { Cycler, Joiner, Namespace, makeDict } from './global-objects.ts';
import { RangeObject } from './range.ts';
import { bind, signature } from './signature.ts';
import { iterate } from './operators.ts';
import { Callable, Dict } from './values.ts';
import type { CallArguments, Value } from './values.ts';

const SEPARATOR = signature('sep?');
const RETURNED = signature('data?');

function refusedRandom(name: string): Callable {
  return new Callable(name, () =>
    fail('JINJA_UNSUPPORTED', `${name} is random; a compiled project must not be`),
  );
}

const FROM_KEYS = signature('iterable, value?, /');

function dictFromKeys(args: CallArguments): Value {
  const [keys = null, value = null] = bind('fromkeys', FROM_KEYS, args.positional, args.named).values;
  return new Dict(Array.from(iterate(keys), (key) => [key, value] as const));
}

const GLOBALS: ReadonlyMap<string, Value> = new Map<string, Value>(
  [
    new Callable('range', (args) => RangeObject.fromCall(args)),
    new Callable('dict', makeDict, new Map([['fromkeys', new Callable('fromkeys', dictFromKeys)]])),
    refusedRandom('lipsum'),
    new Callable('cycler', (args) => new Cycler(args.positional)),
    new Callable('joiner', (args: CallArguments) => {
      const [separator = ', '] = bind('joiner', SEPARATOR, args.positional, args.named).values;
      return new Joiner(separator);
    }),
    new Callable('namespace', (args) => new Namespace(makeDict(args))),
  ].map((callable) => [callable.name, callable]),
);

const RETURN = new Callable('return', (args) => {
  const [value = null] = bind('return', RETURNED, args.positional, args.named).values;
  throw new ReturnSignal(value);
});

/** A name that every template knows. */
export function builtinGlobal(name: string, returns: boolean): Value | undefined {
  return returns && name === 'return' ? RETURN : GLOBALS.get(name);
}
