import { arg, texts } from '../call.ts';
import type { FunctionTable, KnownFunction } from '../call.ts';
import { commonType, plainly } from '../read.ts';
import { value } from '../value.ts';
import type { KnownType } from '../value.ts';

/** A function that DuckDB has under a name, with the same result. */
function same(name: string, takes: KnownFunction['takes'], type?: KnownType): KnownFunction {
  return { takes, write: (args) => value(`${name}(${texts(args)})`, type) };
}

function extreme(name: 'greatest' | 'least'): KnownFunction {
  return {
    takes: [1, 100],
    write: (args) => {
      const isNull = args.map(({ text }) => `${text} is null`).join(' or ');
      return value(`case when ${isNull} then null else ${name}(${texts(args)}) end`, commonType(args));
    },
  };
}

function firstThere(takes: KnownFunction['takes']): KnownFunction {
  return { takes, write: (args) => value(`coalesce(${texts(args)})`, commonType(args)) };
}

const rounded: KnownFunction = {
  takes: [1, 2],
  write: (args) => {
    const [of, scale] = args;
    return value(`round(${of?.text ?? ''}${scale === undefined ? '' : `, ${scale.text}`})`, of?.type);
  },
};

export const numberFunctions: FunctionTable = {
  ABS: same('abs', [1, 1]),
  ROUND: rounded,
  FLOOR: same('floor', [1, 1]),
  CEIL: same('ceil', [1, 1]),
  TRUNC: same('trunc', [1, 1]),
  MOD: {
    takes: [2, 2],
    // Zero as a divisor gives NULL in DuckDB.
    write: (args) => value(`(${arg(args, 0).text} % sf_divisor(${arg(args, 1).text}))`, 'number'),
  },
  SIGN: same('sign', [1, 1], 'number'),
  POWER: same('power', [2, 2], 'float'),
  SQRT: same('sqrt', [1, 1], 'float'),
  LN: same('ln', [1, 1], 'float'),
  EXP: same('exp', [1, 1], 'float'),
  GREATEST: extreme('greatest'),
  LEAST: extreme('least'),
  GREATEST_IGNORE_NULLS: same('greatest', [1, 100]),
  LEAST_IGNORE_NULLS: same('least', [1, 100]),
  COALESCE: firstThere([2, 100]),
  NVL: firstThere([2, 2]),
  IFNULL: firstThere([2, 2]),
  NVL2: {
    takes: [3, 3],
    write: (args) =>
      value(
        `case when ${arg(args, 0).text} is not null then ${arg(args, 1).text} else ${arg(args, 2).text} end`,
      ),
  },
  NULLIF: {
    takes: [2, 2],
    write: (args) => value(`nullif(${args.map(plainly).join(', ')})`, arg(args, 0).type),
  },
  ZEROIFNULL: { takes: [1, 1], write: (args) => value(`coalesce(${texts(args)}, 0)`, 'number') },
  NULLIFZERO: { takes: [1, 1], write: (args) => value(`nullif(${texts(args)}, 0)`, 'number') },
  DIV0: {
    takes: [2, 2],
    write: ([a, b]) =>
      value(
        `case when ${b?.text} = 0 then 0 else sf_divide(${a?.text}, nullif(${b?.text}, 0)) end`,
        'number',
      ),
  },
  IFF: {
    takes: [3, 3],
    write: ([condition, ...values]) =>
      value(
        `case when ${condition?.text} then ${arg(values, 0).text} else ${arg(values, 1).text} end`,
        commonType(values),
      ),
  },
  EQUAL_NULL: {
    takes: [2, 2],
    write: (args) =>
      value(`(${plainly(arg(args, 0))} is not distinct from ${plainly(arg(args, 1))})`, 'boolean'),
  },
};
