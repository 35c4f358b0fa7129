import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectModels, selectNodes, selectTests } from '../../../../transforms/engine/select/select.ts';
import { projectResources } from '../../../../transforms/engine/artifacts/manifest.ts';
import { criterionOn, requestsOn } from '../../../support/random-selectors.ts';
import { readCaseFiles } from '../../../support/select-cases.ts';
import { graphProject } from '../../../support/select-graph.ts';

const names = ['graph-operators.json', 'indirect-selection.json', 'names-tags-sources.json'];
const files = (await readCaseFiles()).filter(({ name }) => names.includes(name));

describe.each(files)('on $name', ({ content }) => {
  const project = graphProject(content.graph);
  const criterion = criterionOn(content.graph);
  const set = (select: readonly string[], exclude?: readonly string[]): ReadonlySet<string> =>
    new Set(selectNodes(project, { select, exclude, indirectSelection: 'empty' }));
  const holds = (law: (a: string, b: string) => void): void => {
    fc.assert(fc.property(criterion, criterion, law), { endOnFailure: true, numRuns: 40 });
  };

  test('a union holds what either part holds, and nothing else', () => {
    holds((a, b) => {
      const both = new Set([...set([a]), ...set([b])]);
      expect(set([`${a} ${b}`])).toEqual(both);
      expect(set([b, a])).toEqual(both);
    });
  });

  test('an intersection holds what both parts hold, and nothing else', () => {
    holds((a, b) => {
      const other = set([b]);
      expect(set([`${a},${b}`])).toEqual(new Set([...set([a])].filter((id) => other.has(id))));
    });
  });

  test('what is excluded is gone, and nothing else', () => {
    holds((a, b) => {
      const gone = set([b]);
      expect(set([a], [b])).toEqual(new Set([...set([a])].filter((id) => !gone.has(id))));
    });
  });

  test('relatives only add, and `@` holds the descendants and all they are made from', () => {
    fc.assert(
      fc.property(fc.constantFrom(...content.graph.models.map(({ name }) => name)), (name) => {
        const [alone, whole, below, at] = [
          set([name]),
          set([`+${name}+`]),
          set([`${name}+`]),
          set([`@${name}`]),
        ];
        for (const id of alone) expect(whole.has(id)).toBe(true);
        for (const id of below) expect(at.has(id)).toBe(true);
        for (const id of set([`2+${name}`])) expect(set([`+${name}`]).has(id)).toBe(true);
      }),
      { endOnFailure: true },
    );
  });

  test('everything comes after what it reads, once, and the two narrower doors agree with the wide one', () => {
    const { nodes, unit_tests, exposures } = projectResources(project, {
      relation: () => undefined,
      createdAt: 0,
    });
    const readers = { ...nodes, ...unit_tests, ...exposures };
    fc.assert(
      fc.property(requestsOn(content.graph), ({ select, exclude, indirect }) => {
        const request = { select, exclude, indirectSelection: indirect };
        const ids = selectNodes(project, request);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [index, id] of ids.entries()) {
          for (const parent of readers[id]?.depends_on?.nodes ?? []) {
            expect(ids.indexOf(parent)).toBeLessThan(index);
          }
        }
        const models = selectModels(project, request).map((name) => project.models.get(name)?.uniqueId);
        expect(models).toEqual(expect.arrayContaining(ids.filter((id) => /^(model|seed)\./.test(id))));
        expect(models.length).toBe(ids.filter((id) => /^(model|seed)\./.test(id)).length);
        expect(selectTests(project, request)).toEqual(ids.filter((id) => /^(unit_)?test\./.test(id)));
      }),
      { endOnFailure: true, numRuns: 40 },
    );
  });

  test('each mode brings at most the tests of the wider one', () => {
    fc.assert(
      fc.property(criterion, (select) => {
        const [eager, buildable, cautious, empty] = (
          ['eager', 'buildable', 'cautious', 'empty'] as const
        ).map((indirectSelection) => new Set(selectNodes(project, { select: [select], indirectSelection })));
        for (const id of empty ?? []) expect(cautious?.has(id)).toBe(true);
        for (const id of cautious ?? []) expect(buildable?.has(id)).toBe(true);
        for (const id of buildable ?? []) expect(eager?.has(id)).toBe(true);
      }),
      { endOnFailure: true, numRuns: 40 },
    );
  });
});
