import type { Clock } from '../lib/clock.ts';
import type { SecretsBackend } from '../scheduler/secrets/secrets-backend.ts';
import type { Own } from './parts.ts';
import type { SecretsSettings } from './secrets-settings.ts';

/** The secrets backend that the settings name; nothing is asked of it yet. */
export async function openSecretsBackend(
  { cache, timeout, ...settings }: SecretsSettings,
  { clock, own }: { readonly clock: Clock; readonly own: Own },
): Promise<SecretsBackend> {
  const [{ openSecretsManager }, { cachedSecrets }] = await Promise.all([
    import('../scheduler/secrets/aws/secrets-manager.ts'),
    import('../scheduler/secrets/secrets-backend.ts'),
  ]);
  const backend = openSecretsManager({ ...settings, timeoutMs: timeout });
  own(backend.close);
  return cachedSecrets(backend, { clock, ttlMs: cache });
}
