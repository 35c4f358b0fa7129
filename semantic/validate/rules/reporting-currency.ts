import { publicMeasures } from '../model.ts';
import type { Said } from '../model.ts';
import type { MeasureText } from '../model-schema.ts';
import type { Finding } from '../finding.ts';
import type { ReportingCurrency } from '../marts.ts';
import { finding, realCubes } from './rule.ts';
import type { Rule } from './rule.ts';

/** What people call currencies. A code in capitals is recognised without. */
const words: Readonly<Record<string, RegExp>> = {
  AUD: /\baustralian dollars?\b/i,
  CAD: /\bcanadian dollars?\b/i,
  CHF: /\b(?:swiss )?francs?\b/i,
  CNY: /\b(?:yuan|renminbi)\b/i,
  EUR: /\beuros?\b|€/i,
  GBP: /\b(?:pounds?|sterling)\b|£/i,
  JPY: /\byen\b|¥/i,
  SEK: /\b(?:swedish )?kron(?:a|or)\b/i,
  USD: /(?<!australian |canadian )\bdollars?\b|\$/i,
};

/** What is told in the reporting currency says in which, and it is the one that the marts are computed in. */
export const reportingCurrency: Rule = ({ model, reporting }) =>
  realCubes(model).flatMap((cube) =>
    publicMeasures(cube)
      .filter(({ value }) => value.meta?.unit === 'reporting_currency')
      .flatMap((measure) => [...named(measure, reporting), ...scaled(measure, reporting)]),
  );

function named({ value, at }: Said<MeasureText>, { code }: ReportingCurrency): Finding[] {
  const { name, title = '', description = '', meta } = value;
  const texts = [
    ['title', title, at('title')],
    ['description', description, at('description')],
    ['synonym', (meta?.synonyms ?? []).join(', '), at('meta', 'synonyms')],
  ] as const;
  const strays = texts.flatMap(([what, text, where]) => {
    const other = otherThan(code, text);
    if (other === undefined) return [];
    return [
      finding(
        'currency',
        where,
        `the ${what} of ${name} speaks of ${other}, and the reporting currency is ${code}`,
        `Say ${code}; or set reporting_currency in transforms/dbt_project.yml, and build with --full-refresh.`,
      ),
    ];
  });
  if (strays.length > 0 || title.includes(code)) return strays;
  return [
    finding(
      'currency',
      at('title'),
      `the title of ${name} does not say that it is in ${code}`,
      `The reporting currency is ${code} (reporting_currency in transforms/dbt_project.yml): name it in the title.`,
    ),
  ];
}

/** The first currency in a text that is not the one it should be. */
function otherThan(code: string, text: string): string | undefined {
  const byCode = [...text.matchAll(/\b[A-Z]{3}\b/g)]
    .map(([each]) => each)
    .find((each) => each !== code && each in words);
  if (byCode !== undefined) return byCode;
  return Object.entries(words).find(([each, word]) => each !== code && word.test(text))?.[0];
}

/** Amounts of the reporting currency are sums of its minor unit. */
function scaled({ value, at }: Said<MeasureText>, { code, digits }: ReportingCurrency): Finding[] {
  const factor = /\* (0\.0*1)\s*$/.exec(value.sql ?? '')?.[1];
  const wanted = digits === 0 ? undefined : (10 ** -digits).toFixed(digits);
  if (factor === wanted) return [];
  return [
    finding(
      'currency',
      at('sql'),
      `${value.name} counts its minor units as ${factor ?? 'whole ones'}; of ${code} they are ${wanted ?? 'whole ones'}`,
      wanted === undefined ? 'Leave the factor out.' : `End the SQL with * ${wanted}.`,
    ),
  ];
}
