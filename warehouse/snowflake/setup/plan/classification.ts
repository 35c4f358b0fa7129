import type { Item } from '../item.ts';
import type { Names } from '../names.ts';
import type { SetupSettings } from '../settings.ts';

/** What a column says about a person. What no rule names is not tagged, and not masked. */
export type Classification = 'internal' | 'personal' | 'restricted';

interface ColumnRule {
  readonly columns: RegExp;
  readonly classification: Classification;
  readonly why: string;
}

/** By name, wherever a column of it appears below; the first that matches. In upper case, as the account has them. */
export const columnRules: readonly ColumnRule[] = [
  { columns: /^CITY$/, classification: 'internal', why: 'city: coarse enough for reports by place' },
  {
    columns: /(^|_)TOKEN(_BEFORE)?$/,
    classification: 'personal',
    why: '*_token: keyed tokens of e-mail addresses, cards, names, phones and addresses: pseudonyms, still of one person',
  },
  {
    columns: /^(POSTAL_CODE|ZIP|ZIP_CODE|TRACKING_NUMBER)$/,
    classification: 'personal',
    why: 'postal_code, zip, tracking_number: lead to a person with little more',
  },
  {
    columns:
      /E?MAIL|PHONE|ADDRESS|BIRTH|IBAN|(^|_)(FULL|FIRST|LAST|MIDDLE|CUSTOMER|RECIPIENT|CARDHOLDER)_NAME$/,
    classification: 'restricted',
    why: '*email*, *phone*, *address*, *birth*, *iban*, names of persons: the persons themselves, also encrypted',
  },
  {
    columns: /(^|_)(PAN|CVC|CVV|CARD_NUMBER|LAST4|FINGERPRINT|EXP_MONTH|EXP_YEAR)$/,
    classification: 'restricted',
    why: 'card data, which is never to be read in; should it be, nobody sees it',
  },
];

/** Schemas whose columns are looked at by name. Raw is tagged as a whole; of the others only the pipeline has any. */
export const classifiedSchemas: readonly string[] = ['STAGING', 'INTERMEDIATE', 'MARTS', 'SEEDS'];

/** A column's classification, if it has one. */
export function classify(column: string): Classification | undefined {
  return columnRules.find(({ columns }) => columns.test(column))?.classification;
}

interface Mask {
  readonly policy: string;
  readonly type: 'VARCHAR' | 'VARIANT';
  /** What readers get in place of a value. */
  readonly masked: string;
}

/** One policy a type of column that the platform keeps such values in. */
const masks: readonly Mask[] = [
  { policy: 'MASK_TEXT', type: 'VARCHAR', masked: `'*** masked ***'` },
  { policy: 'MASK_VARIANT', type: 'VARIANT', masked: 'null' },
];

/** The tag, the policies that go with it, and raw as a whole under it. Nothing of it in the standard edition. */
export function classificationItems(names: Names, { edition }: SetupSettings): Item[] {
  if (edition === 'standard') return [];
  const tag = names.meta('CLASSIFICATION');
  const owner = names.role('ADMIN');
  return [
    {
      item: 'object',
      type: 'tag',
      name: tag,
      properties: {
        allowed_values: ['internal', 'personal', 'restricted'],
        comment: 'What a column says about a person: nothing of note, leads to one, is one.',
      },
    },
    { item: 'owner', on: 'tag', name: tag, role: owner },
    ...masks.flatMap((mask): Item[] => {
      const policy = names.meta(mask.policy);
      const properties = {
        signature: `(VAL ${mask.type})`,
        return_type: mask.type,
        body: maskBody(names, tag, mask),
        comment: 'Shows classified values to the pipeline alone.',
      };
      return [
        { item: 'object', type: 'masking policy', name: policy, properties },
        { item: 'owner', on: 'masking policy', name: policy, role: owner },
        { item: 'tag policy', tag, policy },
      ];
    }),
    // As a whole, tables to come among it: nobody but the pipeline reads it, whatever a right that was given by mistake says.
    { item: 'tagging', tag, on: 'schema', name: names.schema('RAW'), value: 'restricted' },
  ];
}

/** The session's roles decide, also in a view; administrators have the pipeline's and so see what it sees. */
function maskBody(names: Names, tag: string, { masked }: Mask): string {
  const sees = (['LOADER', 'TRANSFORMER'] as const).map(
    (role) => `is_role_in_session('${names.role(role)}')`,
  );
  return [
    `case when ${sees.join(' or ')} then val`,
    `when system$get_tag_on_current_column('${tag}') = 'internal' then val`,
    `else ${masked} end`,
  ].join(' ');
}
