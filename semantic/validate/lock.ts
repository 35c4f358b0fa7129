import type { Finding } from './finding.ts';
import type { Model } from './model.ts';
import { publishable } from './published.ts';
import type { Publishable, Published, PublishedMetrics } from './published.ts';
import { finding } from './rules/rule.ts';

/** What differs from what was published: what breaks whoever uses a metric, and a lock file that is behind. */
export function publishedFindings(model: Model, published: PublishedMetrics | undefined): readonly Finding[] {
  const breaking = breakingChanges(model, published ?? {});
  return breaking.length > 0 ? breaking : behind(model, published);
}

/** Certified metrics that are gone or mean something else, and do not say so. */
export function breakingChanges(model: Model, published: PublishedMetrics): readonly Finding[] {
  const now = new Map(publishable(model).map((metric) => [metric.member, metric]));
  return Object.entries(published).flatMap(([member, before]) => {
    const metric = now.get(member);
    return metric === undefined ? gone(member, before, model) : changed(metric, before);
  });
}

function gone(member: string, before: Published, model: Model): Finding[] {
  if (before.tier === 'experimental' || before.deprecated !== undefined) return [];
  const view = model.views.find(({ name }) => name === member.split('.')[0]);
  return [
    finding(
      'published',
      view?.said.at('name') ?? 'views:1:1',
      `${member} is certified and was published, but is gone: was it renamed?`,
      'Keep it with meta.deprecated saying what to use instead, run `shopwave metrics lock`, and remove it in a later change.',
    ),
  ];
}

function changed(metric: Publishable, before: Published): Finding[] {
  if (before.tier === 'experimental') return [];
  const tell = (message: string, remedy: string): Finding[] => [
    finding('published', metric.where, `${metric.member} ${message}`, remedy),
  ];
  if (metric.tier === 'experimental' && metric.deprecated === undefined) {
    return tell('was certified and is experimental now', 'Say meta.deprecated, or leave it certified.');
  }
  if (sameMeaning(metric, before) || metric.version > before.version) return [];
  return tell(
    `means something else than was published: ${firstDifference(metric, before)}`,
    `If that is meant, say version: ${before.version + 1} under meta and tell who uses it; if not, put it back.`,
  );
}

function sameMeaning(a: Published, b: Published): boolean {
  return JSON.stringify(a.meaning) === JSON.stringify(b.meaning);
}

function firstDifference(now: Published, before: Published): string {
  const added = now.meaning.find((line) => !before.meaning.includes(line));
  const removed = before.meaning.find((line) => !now.meaning.includes(line));
  return `"${added ?? 'nothing'}", was "${removed ?? 'nothing'}"`;
}

/** Whatever else changed is to be seen in the change that makes it. */
function behind(model: Model, published: PublishedMetrics | undefined): Finding[] {
  const now = publishable(model);
  const outdated = now.find((metric) => !isSame(metric, published?.[metric.member]));
  const superfluous = Object.keys(published ?? {}).find(
    (member) => !now.some((each) => each.member === member),
  );
  const what = outdated?.member ?? superfluous;
  if (what === undefined) return [];
  const where = outdated?.where ?? model.views[0]?.said.at('name') ?? '';
  return [
    finding(
      'published',
      where,
      `metrics.lock.yml does not know of ${what} as it is now`,
      'Run `shopwave metrics lock` and commit the file.',
    ),
  ];
}

function isSame(metric: Published, before: Published | undefined): boolean {
  return (
    before !== undefined &&
    sameMeaning(metric, before) &&
    metric.tier === before.tier &&
    metric.version === before.version &&
    metric.deprecated === before.deprecated
  );
}
