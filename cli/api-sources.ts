import type { ExtractorOptions, Extractor } from '../ingest/extract/extractor.ts';
import { createExtractor } from '../ingest/extract/extractor.ts';
import type { SecretProvider } from '../ingest/extract/secrets.ts';
import { knownInWarehouse } from '../ingest/shopify/known.ts';
import { shopifyTokenName } from '../ingest/shopify/profile.ts';
import { shopifySource } from '../ingest/shopify/source.ts';
import { findOpenObjects } from '../ingest/stripe/open-objects.ts';
import { stripeDefaultUrl, stripeKeyName } from '../ingest/stripe/profile.ts';
import { createStripe } from '../ingest/stripe/stripe.ts';
import { zendeskSecretNames } from '../ingest/zendesk/profile.ts';
import { zendeskSource } from '../ingest/zendesk/source.ts';
import { orderFieldId } from '../simulator/zendesk/ids.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { ApiExtractor, ApiSource } from '../dags/services.ts';
import { cliErrors } from './errors.ts';

/** A source's door, with what DAGs ask of it and what commands ask besides. */
export type Door = Extractor & ApiExtractor;

/** What a source's door is built from. */
export interface DoorInput {
  readonly baseUrl: string;
  readonly secrets: SecretProvider;
  readonly warehouse: Warehouse;
  /** The API is a simulated one on this machine, which nobody else lives on. */
  readonly isSimulated: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly extract: ExtractorOptions;
}

interface SourceEntry {
  /** Variables that hold secrets; all of them must be set. */
  readonly secretNames: readonly string[];
  /** Variable that says where the API answers. */
  readonly urlName: string;
  /** Where it answers unless that is set; undefined: it has an address of its own for every account. */
  readonly defaultUrl: string | undefined;
  readonly open: (input: DoorInput) => Door;
}

/** Id of the ticket field that holds the order of the shop; an account gives its own. */
const orderFieldName = 'SHOPWAVE_ZENDESK_ORDER_FIELD';

/** A bulk operation a window: the whole of a small shop's history is one. */
const wholeHistoryMs = 20 * 365 * 86_400_000;

/** Of the simulated API only this machine sets the limit. */
const withoutLimit = { perSecond: 1000, burst: 100 };

export const sourceEntries: Readonly<Record<ApiSource, SourceEntry>> = {
  stripe: {
    secretNames: [stripeKeyName],
    urlName: 'SHOPWAVE_STRIPE_URL',
    defaultUrl: stripeDefaultUrl,
    open: ({ baseUrl, secrets, warehouse, isSimulated, extract }) =>
      createStripe({
        ...extract,
        baseUrl,
        secrets,
        openObjects: findOpenObjects(warehouse),
        ...(isSimulated ? { rate: withoutLimit } : {}),
      }),
  },
  shopify: {
    secretNames: [shopifyTokenName],
    urlName: 'SHOPWAVE_SHOPIFY_URL',
    defaultUrl: undefined,
    open: ({ baseUrl, secrets, warehouse, isSimulated, extract }) => {
      const { clock, logger } = extract;
      const known = knownInWarehouse(warehouse);
      const windows = isSimulated ? { windowMs: wholeHistoryMs } : {};
      return createExtractor(shopifySource({ baseUrl, secrets, clock, logger, known, ...windows }), extract);
    },
  },
  zendesk: {
    secretNames: zendeskSecretNames,
    urlName: 'SHOPWAVE_ZENDESK_URL',
    defaultUrl: undefined,
    open: ({ baseUrl, secrets, isSimulated, env, extract }) => {
      const { clock, logger } = extract;
      const rates = isSimulated ? { exportRate: withoutLimit, listRate: withoutLimit } : {};
      const orderField = isSimulated ? String(orderFieldId) : env[orderFieldName];
      const customFields = orderField === undefined ? {} : { [orderField]: 'order_id' };
      return createExtractor(
        zendeskSource({ baseUrl, secrets, clock, logger, customFields, ...rates }),
        extract,
      );
    },
  },
};

/** Where a source is. */
export type SourceSite =
  | { readonly kind: 'live'; readonly baseUrl: string; readonly secrets: SecretProvider }
  | { readonly kind: 'simulated' }
  | {
      readonly kind: 'off';
      readonly missing: readonly string[];
      /** Nothing of it is set: where the shop is simulated, so would it be. */
      readonly isUntouched: boolean;
    };

/** A source whose secrets are set is the real one; without any, the simulated shop brings a simulated one. */
export function siteOf(
  source: ApiSource,
  env: Readonly<Record<string, string | undefined>>,
  hasSimulator: boolean,
  secrets: SecretProvider,
): SourceSite {
  const { secretNames, urlName, defaultUrl } = sourceEntries[source];
  const baseUrl = env[urlName] ?? defaultUrl;
  const missing = secretNames.filter((name) => (env[name] ?? '') === '');
  if (baseUrl !== undefined && missing.length === 0) return { kind: 'live', baseUrl, secrets };
  const isUntouched = missing.length === secretNames.length && env[urlName] === undefined;
  if (hasSimulator && isUntouched) return { kind: 'simulated' };
  return { kind: 'off', missing: [...missing, ...(baseUrl === undefined ? [urlName] : [])], isUntouched };
}

/** A source that is asked for and not configured. */
export function siteError(source: ApiSource, site: SourceSite): Error {
  const missing = site.kind === 'off' ? site.missing.join(', ') : '';
  return cliErrors.error('CLI_SOURCE_NOT_CONFIGURED', {
    message: `${source} is not configured`,
    where: source,
    remedy: `Set ${missing} in the environment; docs/sources.md says what each is.`,
  });
}
