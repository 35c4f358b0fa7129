import { quoteLiteral } from '../../../warehouse/sql-text.ts';
import type { Row } from '../../../warehouse/warehouse.ts';
import { formatLocation } from '../../../lib/jinja/location.ts';
import { Callable, Dict } from '../../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../../lib/jinja/values.ts';
import { compileErrors } from './errors.ts';
import { argumentError, bind, bound, mustText, shownText } from '../../../lib/jinja/host.ts';
import type { Makers } from '../../../lib/jinja/host.ts';
import { restrictionOf } from './restriction.ts';
import type { Restriction } from './restriction.ts';
import { touchedInRun } from './touched-in-run.ts';
import type { AskedKeys } from './touched-in-run.ts';

/** Relations that the platform's own functions speak of. */
export interface PlatformScope extends Restriction {
  /** The touch key of the model that is rendered; a model that it inlines may ask by it. */
  readonly touchKey?: string | undefined;
  readonly runQuery?: ((sql: string) => Promise<readonly Row[]>) | undefined;
  /** Remembers what it was answered; else `runQuery` is asked. */
  readonly askOnce?: ((sql: string) => Promise<readonly Row[]>) | undefined;
  readonly changed?: string | undefined;
  readonly changedInRun?: ((model: string) => string | undefined) | undefined;
  readonly keysInRun?: ((asked: AskedKeys) => string | undefined) | undefined;
  readonly onTouched: () => void;
}

/** touched(), changed() and their like: how keyed models restrict themselves, and how mappings read changes. */
export const platformMakers: Makers<PlatformScope> = {
  touched: (scope) =>
    new Callable('touched', (args) => {
      scope.onTouched();
      const [expression, at] = touchedExpression(scope, args);
      return (expression === undefined ? undefined : restrictionOf(expression, scope, at)) ?? '1 = 1';
    }),
  changed: (scope) => new Callable('changed', (args) => mustChanged(scope, 'changed', args)),
  changed_ranges: (scope) =>
    new Callable('changed_ranges', (args) => {
      const [key = '', id = '', ...carried] = mustTexts(args, 2);
      return changedRanges(mustChanged(scope, 'changed_ranges', args), key, id, carried);
    }),
  changed_from: (scope) =>
    new Callable('changed_from', (args) => {
      const [key = '', id = '', ...carried] = mustTexts(args, 2);
      return changedFrom(scope, changedRanges(mustChanged(scope, 'changed_from', args), key, id, carried));
    }),
  touched_in_run: (scope) =>
    bound('touched_in_run', ['expression', 'mappings', 'at'], ([expression, mappings, at], args) => {
      if (!(mappings instanceof Dict))
        throw argumentError('touched_in_run(expression, {model: mapping}) takes a dict', args);
      const texts = Array.from(
        mappings.entries(),
        ([key, value]) => [shownText(key), shownText(value)] as const,
      );
      return touchedInRun(mustText(expression, 'the expression', args), new Map(texts), {
        changedInRun: scope.changedInRun,
        keysInRun: scope.keysInRun,
        at: isGiven(at) ? mustText(at, 'at', args) : undefined,
      });
    })[1],
};

/**
 * touched('expression'), or in a model that others inline touched({'order_id': 'l.order_id', ...}): the expression for
 * the touch key of the model that is rendered, and no restriction where that is not named. With touched(..., at='column')
 * the expression is the business day of that instant, by which engines can skip rows.
 */
function touchedExpression(
  { touchKey }: PlatformScope,
  args: CallArguments,
): readonly [expression: string | undefined, at: string | undefined] {
  const [first, instant] = bind('touched', ['expression', 'at'], args);
  const at = isGiven(instant) ? mustText(instant, 'at', args) : undefined;
  if (!(first instanceof Dict)) return [mustText(first ?? null, 'the expression', args), at];
  const value = touchKey === undefined ? undefined : first.get(touchKey);
  return [value === undefined ? undefined : mustText(value, 'the expression of a touch key', args), at];
}

function isGiven(value: Value | undefined): value is Value {
  return value !== undefined && value !== null;
}

/**
 * The earliest instant at which a dimension now gives another answer, as a literal: with it an engine can skip the
 * facts before, which it cannot with a join. Asked of the warehouse; where there is none to ask, before all facts.
 */
function changedFrom({ runQuery, askOnce }: PlatformScope, ranges: string): string | Promise<string> {
  if (runQuery === undefined) return timestampLiteral('1900-01-01 00:00:00');
  const ask = askOnce ?? runQuery;
  return ask(`select cast(min(valid_from) as varchar) as low from ${ranges} as ranges`).then(([row]) =>
    timestampLiteral(typeof row?.['low'] === 'string' ? row['low'] : '9999-12-31 00:00:00'),
  );
}

function timestampLiteral(text: string): string {
  return `timestamp ${quoteLiteral(text)}`;
}

function mustTexts(args: CallArguments, least: number): string[] {
  if (args.positional.length < least || args.named.size > 0)
    throw argumentError(`${least} or more texts are needed`, args);
  return args.positional.map(shownText);
}

function mustChanged(scope: PlatformScope, name: string, { at }: CallArguments): string {
  if (scope.changed !== undefined) return scope.changed;
  throw compileErrors.error('COMPILE_OUTSIDE', {
    message: `${name}() has a meaning only inside meta.touched_by`,
    where: formatLocation(at),
  });
}

/**
 * Validity ranges, per durable id, in which a slowly changing dimension now gives another answer. A key that
 * was there before and still is differs only where its end moved, so a price change re-points the orders since that
 * change and not every order of the product; unless an attribute changed that facts carry themselves.
 */
function changedRanges(changed: string, key: string, id: string, carried: readonly string[]): string {
  const place = `_step * 2 + case when _image = 'before' then 0 else 1 end`;
  const stayed = [
    `mod(min(${place}), 2) = 0`,
    `mod(max(${place}), 2) = 1`,
    // Distinct values leave NULL out: a value that came or went is none that stayed.
    ...carried.map((column) => `count(distinct ${column}) <= 1 and count(${column}) in (0, count(*))`),
  ].join(' and ');
  const perKey = `select max(${id}) as id,
      case when ${stayed} then min(valid_to) else min(valid_from) end as valid_from,
      max(valid_to) as valid_to
    from ${changed} group by ${key}`;
  // Ranges that touch are merged: a product with 500 new versions would else meet each of its lines 500 times
  // (43 s for 531,000 lines and 111,000 versions; merged, below 1 s).
  const earlier = 'rows between unbounded preceding and 1 preceding';
  return `(select id as ${id}, min(valid_from) as valid_from, max(valid_to) as valid_to
  from (
    select id, valid_from, valid_to, sum(is_start) over (partition by id order by valid_from, valid_to
      rows unbounded preceding) as island
    from (
      select id, valid_from, valid_to, case when valid_from <=
        max(valid_to) over (partition by id order by valid_from, valid_to ${earlier}) then 0 else 1 end as is_start
      from (${perKey}) as per_key
      where valid_from < valid_to
    ) as marked
  ) as grouped
  group by id, island)`;
}
