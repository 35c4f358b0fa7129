import { messageOf } from '../../../lib/errors.ts';
import { publishedScope } from '../../../transforms/engine/compile/published-scope.ts';
import { renderStatement } from '../../../transforms/engine/materialize/statement.ts';
import { loadProject } from '../../../transforms/engine/project/load-project.ts';
import { projectFolder } from '../../support/platform-parts.ts';
import type { Driver } from '../snowflake/driver.ts';
import type { Finding } from '../snowflake/findings.ts';

/** EXPLAIN of every model's SELECT, on a database that holds the star: it binds all names and types, and reads nothing. */
export async function explainFindings(driver: Driver): Promise<Finding[]> {
  const project = await loadProject(projectFolder);
  const found: Finding[] = [];
  for (const [name, { materialization }] of project.models) {
    if (materialization.kind === 'seed') continue;
    const sql = `explain using text\n${await renderStatement(project, name, publishedScope(project, 'snowflake'))}`;
    const wrong = await driver.ask(sql).then(() => undefined, messageOf);
    found.push({ name, sql, wrong });
  }
  return found;
}
