/** Replayed data sets use keys from here on; the simulator would need 500 years at 5 orders a second to get there. */
export const firstReplayId = 100_000_000_000;
