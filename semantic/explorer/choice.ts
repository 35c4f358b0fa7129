/** One thing of several that can be chosen. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Said beside the label, in small. */
  readonly hint?: string | undefined;
  /** Choices of one group stand together under its name. */
  readonly group?: string | undefined;
}
