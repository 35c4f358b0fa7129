import { extractErrors } from './errors.ts';

/** Where credentials come from. Asked again after every refusal, so that a rotated key needs no restart. */
export interface SecretProvider {
  /** The value stored under a name, or undefined. Never logged, never kept in files. */
  readonly read: (name: string) => Promise<string | undefined>;
}

/** Secrets in the environment, such as the container platform injects them. */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): SecretProvider {
  return { read: async (name) => env[name] };
}

/** A secret that must be there. The error names it and says nothing of any value. */
export async function mustReadSecret(secrets: SecretProvider, name: string): Promise<string> {
  const value = await secrets.read(name);
  if (value !== undefined && value.trim() !== '') return value.trim();
  throw extractErrors.error('EXTRACT_SECRET_MISSING', { message: `${name} is not set`, where: name });
}
