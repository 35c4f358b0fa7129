import type { Alarm } from '../alarm.ts';

/** One alarm for one combination of dimension values. */
export interface AlarmInstance {
  /** `mart-stale{mart=fct_orders}`; the id itself where there are no dimensions. */
  readonly key: string;
  readonly alarm: Alarm;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** All alarms one by one, in the order of their definitions. */
export function instancesOf(alarms: readonly Alarm[]): readonly AlarmInstance[] {
  return alarms.flatMap((alarm) =>
    combinations(Object.entries(alarm.per)).map((dimensions) => ({
      key: instanceKey(alarm.id, dimensions),
      alarm,
      dimensions,
    })),
  );
}

/** The key of an alarm's instance; of the dimensions given only those that the alarm has may count. */
export function instanceKey(id: string, dimensions: Readonly<Record<string, string>>): string {
  const written = Object.entries(dimensions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  return written.length === 0 ? id : `${id}{${written.join(',')}}`;
}

/** A cause or key with `{dimension}` replaced by the instance's value. */
export function filledIn(text: string, { dimensions }: Pick<AlarmInstance, 'dimensions'>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => dimensions[name] ?? whole);
}

function combinations(
  per: readonly (readonly [string, readonly string[]])[],
): readonly Record<string, string>[] {
  return per.reduce<readonly Record<string, string>[]>(
    (sofar, [name, values]) => sofar.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
}
