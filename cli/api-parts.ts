import process from 'node:process';
import type { Knex } from 'knex';
import type { Loader } from '../ingest/landing/load.ts';
import type { ObjectStore } from '../ingest/landing/object-store.ts';
import type { DriftWatch } from '../ingest/drift/watch.ts';
import type { OpenProtection } from '../ingest/pci/open-protection.ts';
import type { SaasHost } from '../simulator/saas/host.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { apiSources } from './api-source-names.ts';
import { simulatedSecrets } from './simulated-secrets.ts';
import type { Door, DoorInput, SourceSite } from './api-sources.ts';
import type { ApiSource } from '../dags/services.ts';
import { cliErrors } from './errors.ts';
import type { Parts } from './parts.ts';
import type { PlatformOptions } from './platform-options.ts';

/** Sources that are read through an API. */
export interface ApiParts {
  /** Where a source is: live, simulated, or not configured. */
  readonly apiSite: (source: ApiSource) => Promise<SourceSite>;
  /** The source's door; undefined where it is not configured. */
  readonly extractor: (source: ApiSource) => Promise<Door | undefined>;
  readonly apiLoader: (source: ApiSource) => Promise<Loader>;
  /** Brings simulated APIs up, where there are any: before the shop has traffic they index its past in peace. */
  readonly openSimulatedApis: () => Promise<void>;
}

/** What the doors are made with. */
export interface ApiNeeds {
  readonly shop: () => Promise<{ readonly url: string; readonly isEmbedded: boolean }>;
  readonly control: () => Promise<Knex>;
  readonly archive: () => Promise<ObjectStore>;
  readonly warehouse: () => Promise<Warehouse>;
  readonly protection: () => Promise<OpenProtection>;
  readonly drift: () => Promise<DriftWatch>;
}

const dayMs = 86_400_000;
const defaultHistoryDays = 10 * 365;
const historyVariable = 'SHOPWAVE_API_HISTORY_DAYS';

/** Declares the parts; nothing is opened. */
export function apiParts(parts: Parts, options: PlatformOptions, needs: ApiNeeds): ApiParts {
  const secrets = simulatedSecrets();
  const host = simulatedHost(parts, options, needs, secrets.valueOf);
  const apiSite = async (source: ApiSource): Promise<SourceSite> => {
    const [{ environmentSecrets }, { siteOf }] = await Promise.all([
      import('../ingest/extract/secrets.ts'),
      import('./api-sources.ts'),
    ]);
    const hasSimulator = options.config.simulator.enabled && (await needs.shop()).isEmbedded;
    return siteOf(source, process.env, hasSimulator, environmentSecrets(process.env));
  };
  const doors = new Map<ApiSource, () => Promise<Door | undefined>>();
  const loaders = new Map<ApiSource, () => Promise<Loader>>();
  for (const source of apiSources) {
    const open = parts.add(`${source} client`, async () => {
      const site = await apiSite(source);
      if (site.kind === 'off') return undefined;
      const at =
        site.kind === 'simulated'
          ? { baseUrl: (await host()).url(source), secrets, isSimulated: true }
          : { ...site, isSimulated: false };
      return await openDoor(options, needs, source, at);
    });
    doors.set(source, open);
    const openOwnLoader = async (): Promise<Loader> =>
      openLoader(options, needs, source, (await open())?.tables ?? []);
    loaders.set(source, parts.add(`${source} loader`, openOwnLoader));
  }
  const extractor = async (source: ApiSource): Promise<Door | undefined> => await doors.get(source)?.();
  return {
    apiSite,
    extractor,
    openSimulatedApis: async () => {
      const sites = await Promise.all(apiSources.map(apiSite));
      if (sites.some(({ kind }) => kind === 'simulated')) await host();
    },
    apiLoader: async (source) => {
      const open = loaders.get(source);
      if (open === undefined) throw new TypeError(`there is no source ${source}`);
      return await open();
    },
  };
}

async function openLoader(
  { paths, clock, logger, onProgress }: PlatformOptions,
  needs: ApiNeeds,
  source: ApiSource,
  tables: readonly string[],
): Promise<Loader> {
  const { createLoader } = await import('../ingest/landing/load.ts');
  const [warehouse, control, store] = await Promise.all([
    needs.warehouse(),
    needs.control(),
    needs.archive(),
  ]);
  const from = { control, store, source, tables, spoolDir: paths.spool };
  return createLoader({ warehouse, ...from, clock, logger, onProgress });
}

async function openDoor(
  { clock, logger, onProgress }: PlatformOptions,
  needs: ApiNeeds,
  source: ApiSource,
  at: Pick<DoorInput, 'baseUrl' | 'secrets' | 'isSimulated'>,
): Promise<Door> {
  const { sourceEntries } = await import('./api-sources.ts');
  const [control, store, warehouse, protection, drift] = await Promise.all([
    needs.control(),
    needs.archive(),
    needs.warehouse(),
    needs.protection(),
    needs.drift(),
  ]);
  return sourceEntries[source].open({
    ...at,
    warehouse,
    env: process.env,
    extract: {
      control,
      store,
      protection,
      clock,
      logger,
      onProgress,
      historyFromMs: historyFrom(clock.now()),
      onCardNumber: (table, hits) => {
        for (const { path, brand, form } of hits) {
          const found = { source, table, path, brand, form };
          logger.error('a card number was found in free text, and replaced', found);
        }
      },
      onDrift: async ({ observations }) => {
        await drift.observeObjects(source, observations);
      },
    },
  });
}

/**
 * Where history begins. It must lie before the accounts do: whoever last changed before it, such as an agent who has been
 * there from the start, would never land.
 */
function historyFrom(now: Date): number {
  const given = process.env[historyVariable];
  const days = given === undefined ? defaultHistoryDays : Number(given);
  if (days > 0 && days < 36_500) return now.getTime() - days * dayMs;
  throw cliErrors.error('CLI_SETTING_INVALID', {
    message: `"${given}" is no number of days`,
    where: historyVariable,
  });
}

function simulatedHost(
  parts: Parts,
  { config, clock, logger }: PlatformOptions,
  { shop }: ApiNeeds,
  secretOf: (name: string) => string,
): () => Promise<SaasHost> {
  return parts.add('simulated APIs', async (own) => {
    const [saas, stripe, shopify, zendesk, { url }] = await Promise.all([
      import('../simulator/saas/host.ts'),
      import('../simulator/stripe/stripe-api.ts'),
      import('../simulator/shopify/api.ts'),
      import('../simulator/zendesk/api.ts'),
      shop(),
    ]);
    const { seed } = config.simulator;
    const limits = [{ name: 'simulated', perSecond: 1000, burst: 200 }];
    const account = stripe.createStripeApi({
      shopUrl: url,
      clock,
      apiKey: secretOf('SHOPWAVE_STRIPE_KEY'),
      limits,
    });
    const storefront = shopify.createShopifyApi({
      url,
      seed,
      clock,
      accessToken: secretOf('SHOPWAVE_SHOPIFY_TOKEN'),
    });
    const helpDesk = zendesk.createZendeskApi({
      url,
      seed,
      clock,
      email: secretOf('SHOPWAVE_ZENDESK_EMAIL'),
      apiToken: secretOf('SHOPWAVE_ZENDESK_TOKEN'),
      exportsPerMinute: 60_000,
    });
    await Promise.all([storefront.prepare(), helpDesk.prepare()]);
    const host = await saas.startSaasHost({ clock, logger, apis: [account, storefront, helpDesk] });
    own(() => host.stop());
    return host;
  });
}
