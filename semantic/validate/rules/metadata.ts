import type { Finding } from '../finding.ts';
import { partsOf, publicMeasures } from '../model.ts';
import type { Cube, Said } from '../model.ts';
import type { MeasureText } from '../model-schema.ts';
import type { MetricMeta } from '../../server/metric-meta.ts';
import { finding } from './rule.ts';
import type { Rule } from './rule.ts';

const shortest = 30;

const formats: Readonly<Record<MetricMeta['unit'], MeasureText['format']>> = {
  currency: 'currency',
  reporting_currency: 'currency',
  count: 'number',
  ratio: 'percent',
  hours: 'number',
  minutes: 'number',
};

/** A ratio or an average says what it divides by. */
const divided: readonly MetricMeta['unit'][] = ['ratio', 'hours', 'minutes'];

/** How the model computes what is not of a row's own days. */
const shifts: Readonly<
  Record<NonNullable<MetricMeta['period']>, (parts: readonly MeasureText[]) => boolean>
> = {
  previous_month: (parts) => parts.some((each) => shiftOf(each) === '1 month'),
  previous_year: (parts) => parts.some((each) => shiftOf(each) === '1 year'),
  trailing_28_days: (parts) => parts.some((each) => each.rolling_window?.trailing === '28 day'),
  to_date: (parts) => parts.some((each) => each.rolling_window?.trailing === 'unbounded'),
};

/** Every metric has title, description, format, drill members and `meta`, and they agree with how it is computed. */
export const metadata: Rule = ({ model }) => [
  ...[...model.cubes.values()].flatMap((cube) =>
    publicMeasures(cube).flatMap((measure) => [...required(measure), ...agreeing(cube, measure)]),
  ),
  ...model.views.flatMap(({ name, exposed }) =>
    exposed.flatMap(({ cube, member }) => {
      const dimension = model.cubes.get(cube)?.dimensions.get(member);
      const missing = (['title', 'description'] as const).filter(
        (each) => dimension?.value[each] === undefined,
      );
      if (dimension === undefined || missing.length === 0) return [];
      return [
        finding(
          'metadata',
          dimension.at('name'),
          `${member}, which ${name} shows, has no ${missing.join(', no ')}`,
          'Say what it is.',
        ),
      ];
    }),
  ),
];

function required({ value, at }: Said<MeasureText>): Finding[] {
  const wanted = ['title', 'description', 'format', 'drill_members', 'meta'] as const;
  const missing = wanted.filter((each) => value[each] === undefined);
  const short = value.description !== undefined && value.description.length < shortest;
  return [
    ...missing.map((each) =>
      finding(
        'metadata',
        at('name'),
        `${value.name} has no ${each}`,
        'Every metric has them; what only others are made of says `public: false`.',
      ),
    ),
    ...(short
      ? [
          finding(
            'metadata',
            at('description'),
            `the description of ${value.name} says next to nothing`,
            'Say what counts, what does not, and by which day.',
          ),
        ]
      : []),
  ];
}

function agreeing(cube: Cube, measure: Said<MeasureText>): Finding[] {
  const { value, at } = measure;
  const { meta } = value;
  if (meta === undefined) return [];
  const tell = (where: string, message: string, remedy: string): Finding[] => [
    finding('metadata', where, `${value.name}: ${message}`, remedy),
  ];
  const { unit, denominator, tier, tests, period } = meta;
  const parts = partsOf(cube, value.name).map((part) => part.value);
  const computedAs = Object.keys(shifts).filter((each) => shifts[each as keyof typeof shifts](parts));
  return [
    ...(value.format !== undefined && value.format !== formats[unit]
      ? tell(
          at('format'),
          `its format is ${value.format}, of ${unit} it is ${formats[unit]}`,
          `Write format: ${formats[unit]}, or correct the unit.`,
        )
      : []),
    ...(divided.includes(unit) && denominator === undefined
      ? tell(
          at('meta'),
          `a metric in ${unit} divides by something that it does not say`,
          'Name the measure under meta.denominator.',
        )
      : []),
    ...(denominator !== undefined && !cube.measures.has(denominator)
      ? tell(
          at('meta', 'denominator'),
          `it divides by ${denominator}, which ${cube.name} does not have`,
          'Name a measure of the same cube.',
        )
      : []),
    ...(tier === 'certified' && tests.length < 2
      ? tell(
          at('meta', 'tests'),
          'it is certified, but not tested by r9 and golden',
          'Add the test, or call it experimental.',
        )
      : []),
    ...(computedAs.join() !== (period ?? '')
      ? tell(
          at('meta'),
          `meta says of which days it is: ${period ?? 'its own'}; it is computed as ${computedAs.join(' and ') || 'its own'}`,
          'Correct meta.period, time_shift or rolling_window.',
        )
      : []),
  ];
}

function shiftOf(measure: MeasureText): string | undefined {
  return measure.time_shift?.[0]?.interval;
}
