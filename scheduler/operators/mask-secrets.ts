/** Airflow's list of names whose values are never shown. */
const sensitiveName =
  /access_?token|api_?key|apikey|authorization|keyfile|passphrase|passwd|password|private_?key|secret|token/i;

/** Shorter values are part of so many words that masking them would say more than it hides. */
const shortest = 5;

/** Makes a function that replaces the values of variables with a sensitive name by `***`. */
export function maskSecrets(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const secrets = Object.entries(env)
    .flatMap(([name, value]) => (sensitiveName.test(name) ? (value ?? '').split(/\r?\n/) : []))
    .filter((value) => value.length >= shortest)
    // The longest first: one may be a part of another.
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
