/** A file of the metric model without its rollups: the lines below the key that are indented more. */
export function withoutRollups(content: string): string {
  return content.replaceAll(/^ {4}pre_aggregations:\n(?:(?: {5,}.*)?\n)+/gm, '');
}
