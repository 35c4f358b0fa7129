import type { MetricCatalog } from '../../server/metric-catalog.ts';
import type { Model } from '../../validate/model.ts';

/**
 * A catalogue whose texts name nothing that its reader does not see. Names that are plain words are left in texts, which
 * mean the word.
 */
export function saidCatalog(model: Model, catalog: MetricCatalog): MetricCatalog {
  const { metrics, dimensions, segments, views } = catalog;
  const seen = new Set([...metrics, ...dimensions, ...segments, ...views].map(({ name }) => name));
  const shown = model.views.flatMap(({ name, exposed }) => [name, ...exposed.map((each) => each.name)]);
  const hidden = new Set(shown.filter((name) => !seen.has(name)));
  const names = [...hidden].filter((name) => /^\w+_\w+$/.test(name));
  const pattern = new RegExp(String.raw`\b(?:${names.join('|')})\b`, 'g');
  const said = (text: string): string => (names.length === 0 ? text : text.replaceAll(pattern, '...'));
  const described = <T extends { readonly description: string }>(each: T): T => ({
    ...each,
    description: said(each.description),
  });
  return {
    ...catalog,
    metrics: metrics.map(({ denominator, deprecated, ...metric }) => ({
      ...described(metric),
      deprecated: deprecated === undefined ? undefined : said(deprecated),
      denominator: denominator !== undefined && hidden.has(denominator) ? 'another measure' : denominator,
    })),
    dimensions: dimensions.map(described),
    segments: segments.map(described),
    views: views.map(described),
  };
}
