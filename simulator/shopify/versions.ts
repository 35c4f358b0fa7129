/** The versions that the API serves. */
export interface Versions {
  /** Oldest first. */
  readonly supported: readonly string[];
  /** Why a supported version will go, where it will. */
  readonly deprecated?: Readonly<Record<string, string>>;
}

/** The four quarters before and with the pinned version. */
export const currentVersions: Versions = { supported: ['2026-01', '2026-04', '2026-07', '2026-10'] };

const quarterly = /^\d{4}-(01|04|07|10)$/;

/**
 * Headers that say which version answers, or nothing where there is no such version. A version no longer supported is
 * answered by the oldest that is: a client that pins one sees it in the header alone.
 */
export function versionHeaders(
  asked: string | undefined,
  { supported, deprecated }: Versions,
): Readonly<Record<string, string>> | undefined {
  const [oldest] = supported;
  if (asked === undefined || oldest === undefined) return undefined;
  const isOld = quarterly.test(asked) && asked < oldest;
  if (!isOld && !supported.includes(asked)) return undefined;
  const served = isOld ? oldest : asked;
  const reason = deprecated?.[served];
  return {
    'x-shopify-api-version': served,
    ...(reason === undefined ? {} : { 'x-shopify-api-deprecated-reason': reason }),
  };
}
