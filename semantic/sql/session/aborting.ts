/**
 * The promise, or the reason of the signal as soon as it aborts: whoever waits is answered also where what they wait for
 * does not hear of it. What comes too late is given to `late`.
 */
export function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: (result: T) => void = () => {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason);
      work.then(late, () => {});
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    const end = (): void => signal.removeEventListener('abort', abort);
    work.then(resolve, reject).finally(end);
  });
}
