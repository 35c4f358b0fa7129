import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawSvg } from '../../../scheduler/core/draw-svg.ts';
import { buildGraph } from '../../../scheduler/core/graph.ts';
import type { DagGraph } from '../../../scheduler/core/graph.ts';

function graphOf(dependsOn: readonly (readonly number[])[]): DagGraph {
  const { graph } = buildGraph(
    dependsOn.map((on, index) => ({
      taskId: `t${index}`,
      dependsOn: [...new Set(on)].map((each) => `t${each}`),
    })),
  );
  if (graph === undefined) throw new Error('a cycle');
  return graph;
}

/** Any graph without a cycle: each task may wait for any that was declared before it. */
const graphs = fc
  .array(fc.array(fc.nat({ max: 1000 }), { maxLength: 4 }), { minLength: 1, maxLength: 15 })
  .map((tasks) => tasks.map((on, index) => (index === 0 ? [] : on.map((each) => each % index))));

test('every task has a box, no two overlap, and every edge goes on to the right', () => {
  fc.assert(
    fc.property(graphs, (dependsOn) => {
      const svg = drawSvg('d', graphOf(dependsOn));
      const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="30"/g)].map(
        ([, x, y, width]) => ({ x: Number(x), y: Number(y), width: Number(width) }),
      );
      expect(boxes).toHaveLength(dependsOn.length);
      for (const [index, a] of boxes.entries()) {
        for (const b of boxes.slice(index + 1)) {
          expect(a.x + a.width <= b.x || b.x + b.width <= a.x || Math.abs(a.y - b.y) >= 30).toBe(true);
        }
      }
      const edges = [...svg.matchAll(/<path d="M([\d.]+) [\d.]+C[^"]* ([\d.]+) [\d.]+" fill="none"/g)];
      expect(edges).toHaveLength(dependsOn.flatMap((on) => [...new Set(on)]).length);
      for (const [, from, to] of edges) expect(Number(to)).toBeGreaterThan(Number(from));
    }),
  );
});

test('texts cannot break out of the picture', () => {
  const svg = drawSvg('a<b>&"', graphOf([[], [0]]), (id) => `${id}<script>`, [
    { from: 't0', to: 't1', label: '"x" & <y>' },
  ]);
  expect(svg).not.toContain('<script>');
  expect(svg).toContain('<title>a&lt;b&gt;&amp;&quot;</title>');
  expect(svg).toContain('&quot;x&quot; &amp; &lt;y&gt;</text>');
});
