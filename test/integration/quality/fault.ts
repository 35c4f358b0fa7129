/** A fault as a defect of a source, the loader, the engine or a model would leave it, and who finds it. */
export interface Fault {
  /** What is wrong. */
  readonly name: string;
  /** Statements on what is published that make it so. */
  readonly plant: readonly string[];
  /** All checks that go red, in order: no other does. */
  readonly red: readonly string[];
}
