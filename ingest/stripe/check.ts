import { ShopwaveError } from '../../lib/errors.ts';
import type { CheckItem } from '../extract/extractor.ts';
import type { HttpClient } from '../extract/http-client.ts';
import { mustReadSecret } from '../extract/secrets.ts';
import type { SecretProvider } from '../extract/secrets.ts';
import { stripeKeyName, stripeVersion } from './profile.ts';

/** Everything the key must be able to read. */
const readable = [
  'charges',
  'payment_intents',
  'refunds',
  'disputes',
  'balance_transactions',
  'payouts',
  'customers',
  'events',
];

/** Tries the key on every list, one object each. */
export async function checkStripe(
  http: HttpClient,
  secrets: SecretProvider,
  signal: AbortSignal,
): Promise<readonly CheckItem[]> {
  const items: CheckItem[] = [];
  let versions: string[] = [];
  for (const name of readable) {
    try {
      const request = { method: 'GET', path: `/v1/${name}?limit=1`, purpose: `list ${name}` } as const;
      const { headers } = await http.request(request, signal);
      versions = [...versions, headers.get('stripe-version') ?? stripeVersion];
      items.push({ name: `read ${name}`, isOk: true, note: 'allowed' });
    } catch (error) {
      if (!(error instanceof ShopwaveError)) throw error;
      items.push({ name: `read ${name}`, isOk: false, note: `${error.code}: ${error.message}` });
    }
  }
  const other = versions.find((version) => version !== stripeVersion);
  return [
    await checkKey(secrets),
    ...items,
    {
      name: 'API version',
      isOk: other === undefined,
      note: other === undefined ? stripeVersion : `answered in ${other}, pinned is ${stripeVersion}`,
    },
  ];
}

/** A key that can write is no fault of the extraction, but of whoever made it. */
async function checkKey(secrets: SecretProvider): Promise<CheckItem> {
  try {
    const key = await mustReadSecret(secrets, stripeKeyName);
    const isRestricted = key.startsWith('rk_');
    const note = isRestricted
      ? 'restricted'
      : `${stripeKeyName} is not a restricted key (rk_…): make one that only reads`;
    return { name: 'key', isOk: isRestricted, note };
  } catch (error) {
    if (!(error instanceof ShopwaveError)) throw error;
    return { name: 'key', isOk: false, note: `${error.code}: ${error.message}` };
  }
}
