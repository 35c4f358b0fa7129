import { randomBytes } from 'node:crypto';
import type { SecretProvider } from '../ingest/extract/secrets.ts';

/** Secrets of simulated APIs: made for this process, known to nobody else. */
export function simulatedSecrets(): SecretProvider & { readonly valueOf: (name: string) => string } {
  const values = new Map<string, string>();
  const valueOf = (name: string): string => {
    const known = values.get(name) ?? `rk_sim_${randomBytes(12).toString('hex')}`;
    values.set(name, known);
    return known;
  };
  return { valueOf, read: (name) => Promise.resolve(valueOf(name)) };
}
