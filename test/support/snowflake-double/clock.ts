/** The account's clock. */
export class DoubleClock {
  /** A test moves it to make a login skewed or a token old. */
  offsetMs = 0;
  private passedMs = 0;

  /** Time passes, for the account and for its clients alike: who logs in afterwards does so at the right time. */
  pass(ms: number): void {
    this.passedMs += ms;
  }

  now(): number {
    return this.client() + this.passedMs;
  }

  /** What the clocks of clients would have to say for the account to agree. */
  client(): number {
    return Date.now() + this.offsetMs;
  }
}
