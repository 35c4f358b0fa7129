interface Flight<T> {
  readonly result: Promise<T>;
  readonly end: AbortController;
  waiting: number;
}

/** Work that several wait for at once is done once, and ended when none of them waits any more. */
export interface Flights<T> {
  readonly join: (
    key: string,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ) => Promise<T>;
}

export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>();

  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const end = new AbortController();
    const result = work(end.signal).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight: Flight<T> = { result, end, waiting: 0 };
    flights.set(key, flight);
    return flight;
  };
  return {
    join: async (key, signal, work) => {
      const flight = flights.get(key) ?? begin(key, work);
      flight.waiting += 1;
      const leave = (): void => {
        flight.waiting -= 1;
        if (flight.waiting > 0) return;
        // Who comes now begins anew, rather than wait for what is being ended.
        if (flights.get(key) === flight) flights.delete(key);
        flight.end.abort();
      };
      signal?.addEventListener('abort', leave);
      try {
        return await flight.result;
      } finally {
        signal?.removeEventListener('abort', leave);
        if (signal?.aborted !== true) flight.waiting -= 1;
      }
    },
  };
}
