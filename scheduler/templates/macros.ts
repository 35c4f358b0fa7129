import { randomUUID } from 'node:crypto';
import { DateTime, toMillis } from '../../lib/jinja/datetime/date-time.ts';
import { datetimeModule } from '../../lib/jinja/datetime/modules.ts';
import { strftime, strptime } from '../../lib/jinja/datetime/strftime.ts';
import { argumentError, bound, mustText, Namespace, shownText } from '../../lib/jinja/host.ts';
import { jsonText } from '../../lib/jinja/json-text.ts';
import { toValue } from '../../lib/jinja/values.ts';
import type { CallArguments, Value } from '../../lib/jinja/values.ts';
import { messageOf } from '../../lib/errors.ts';

const dsFormat = '%Y-%m-%d';

/** Airflow's `macros`. */
export const macros: Value = new Namespace(
  'macros',
  new Map<string, Value>([
    bound('ds_add', ['ds', 'days'], ([ds, days], args) => {
      const by = Number(typeof days === 'bigint' || typeof days === 'number' ? days : Number.NaN);
      if (!Number.isInteger(by)) throw argumentError('ds_add(ds, days) needs a whole number of days', args);
      const time = parse(ds, dsFormat, args);
      return strftime(new DateTime(time.millis + by * 86_400_000, undefined), dsFormat);
    }),
    bound('ds_format', ['ds', 'input_format', 'output_format'], ([ds, from, to], args) =>
      strftime(parse(ds, shownText(from), args), shownText(to), args),
    ),
    ['datetime', datetimeModule.attribute('datetime') ?? null],
    ['timedelta', datetimeModule.attribute('timedelta') ?? null],
    bound('random', [], () => Math.random()),
    ['uuid', new Namespace('uuid', new Map([bound('uuid4', [], () => randomUUID())]))],
    ['time', new Namespace('time', new Map([bound('time', [], () => Date.now() / 1000)]))],
    [
      'json',
      new Namespace(
        'json',
        new Map([
          bound('dumps', ['obj'], ([value]) => jsonText(value ?? null)),
          bound('loads', ['s'], ([text], args) => loads(mustText(text, 's', args), args)),
        ]),
      ),
    ],
  ]),
);

function parse(text: Value | undefined, format: string, args: CallArguments): DateTime {
  return new DateTime(toMillis(strptime(shownText(text), format, args), args), undefined);
}

function loads(text: string, args: CallArguments): Value {
  try {
    return toValue(JSON.parse(text));
  } catch (error) {
    throw argumentError(messageOf(error), args);
  }
}
