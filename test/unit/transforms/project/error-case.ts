import type { Files } from './temporary-project.ts';

/** A project with one defect, and what is said of it. */
export interface Row {
  readonly what: string;
  readonly files: Files;
  readonly code: string;
  /** End of `where`. */
  readonly where: string;
  /** Part of the message. */
  readonly says: string;
}

/** The marts' YAML with more under agg_orders. */
export const marts = (entry: string): Files => ({
  'models/marts/_marts.yml': `version: 2
models:
  - name: fct_orders
    description: Orders.
  - name: agg_orders
    description: How many.
${entry}`,
});

/** The config of agg_orders. */
export const settings = (config: string): Files => marts(`    config: ${config}\n`);
/** A dbt_project.yml. */
export const project = (text: string): Files => ({ 'dbt_project.yml': `name: shop\nprofile: shop\n${text}` });
/** A file of macros. */
export const macro = (text: string): Files => ({ 'macros/m.sql': text });
