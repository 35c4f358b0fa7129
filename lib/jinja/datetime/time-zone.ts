/** The rules of a time zone of the IANA database; throws a RangeError for a name that the runtime does not know. */
export class ZoneRules {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat | undefined;

  constructor(name: string) {
    this.name = name;
    this.#format =
      name === 'UTC'
        ? undefined
        : new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Milliseconds that the zone's clocks are ahead of UTC at an instant. */
  offsetAt(instant: number): number {
    if (this.#format === undefined) return 0;
    const name = this.#format.formatToParts(instant).find((part) => part.type === 'timeZoneName')?.value;
    const [, sign, hours = '0', minutes = '0', seconds = '0'] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name ?? '') ?? [];
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -size : size;
  }

  /** The offset of a time on the wall. In an hour that occurs twice, or never, it is that of winter, as pytz has it. */
  offsetOfWall(wall: number): number {
    const around = [wall - 86_400_000, wall + 86_400_000].map((near) => this.offsetAt(near));
    const valid = around.filter((offset) => this.offsetAt(wall - offset) === offset);
    return Math.min(...(valid.length === 0 ? around : valid));
  }
}
