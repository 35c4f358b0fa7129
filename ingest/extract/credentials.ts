import type { ApiProfile } from './api-profile.ts';
import { mustReadSecret } from './secrets.ts';
import type { SecretProvider } from './secrets.ts';

/** Headers made from secrets, as they were when they were last read. */
interface Held {
  readonly headers: Readonly<Record<string, string>>;
}

/** Keeps credentials in memory until the API refuses them. */
interface Credentials {
  readonly current: () => Promise<Held>;
  /** They were refused: the next request reads them anew. Requests that were under way with older ones change nothing. */
  readonly refuse: (held: Held) => void;
}

/** Reads nothing yet. */
export function createCredentials(
  { authorize, secretNames }: Pick<ApiProfile, 'authorize' | 'secretNames'>,
  secrets: SecretProvider,
): Credentials {
  let held: Held | undefined;
  const read = async (): Promise<Held> => {
    const values = await Promise.all(secretNames.map((name) => mustReadSecret(secrets, name)));
    return { headers: authorize(values) };
  };
  return {
    current: async () => (held ??= await read()),
    refuse: (refused) => {
      if (held === refused) held = undefined;
    },
  };
}
