import type { Plan } from './plan/plan.ts';
import { establish } from './statements.ts';

/** The plan as a script for review: it may be run as it stands, any number of times. */
export function planText(plan: Plan): string {
  const head = [
    '-- Snowflake set-up of ShopWave. Run as ACCOUNTADMIN; every statement may be run any number of times.',
    ...plan.notes.map((note) => `-- Note: ${note}`),
  ];
  const sections = plan.sections
    .filter(({ items }) => items.length > 0)
    .flatMap(({ title, about, items }, index) => [
      '',
      `-- ${index + 1}. ${title}`,
      ...about.map((line) => `-- ${line}`),
      ...items.flatMap(establish).map((sql) => `${sql};`),
    ]);
  return [...head, ...sections, ''].join('\n');
}
