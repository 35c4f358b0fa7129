import { describe, expect, test } from 'vitest';
import { selectNodes } from '../../../../transforms/engine/select/select.ts';
import { contextOf, readCaseFiles, requestOf, shortId } from '../../../support/select-cases.ts';
import { graphProject } from '../../../support/select-graph.ts';

// The expected ids are dbt's own answers; `npm run test:dbt` asks it again.
describe.each(await readCaseFiles())('$name', ({ content }) => {
  const project = graphProject(content.graph);
  const context = contextOf(content);

  test.each(content.cases.map((each) => [JSON.stringify({ ...each, expected: undefined }), each] as const))(
    '%s',
    (_, each) => {
      const found = selectNodes(project, requestOf(each, context)).map(shortId).toSorted();
      expect(found).toEqual(each.expected);
    },
  );
});
