import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { planText } from '../../../warehouse/snowflake/setup/text.ts';
import { planWith } from './setup-rig.ts';

const page = fileURLToPath(new URL('../../../docs/reference/snowflake-setup.sql', import.meta.url));
const howToUpdate =
  'docs/reference/snowflake-setup.sql is stale: UPDATE_REFERENCE=1 npx vitest run --project unit test/unit/warehouse-setup/reference.test.ts';

/** An account of nobody; workload identities, so that no key is in the page. */
const example = {
  archive: {
    url: 's3://example-archive/shopwave',
    roleArn: 'arn:aws:iam::123456789012:role/shopwave-snowflake',
  },
  pipeline: { workloadArn: 'arn:aws:iam::123456789012:role/shopwave-pipeline' },
  semantic: { workloadArn: 'arn:aws:iam::123456789012:role/shopwave-semantic' },
  allowedIps: ['192.0.2.0/24'],
};

test('the page shows the plan as it is', async () => {
  const text = `-- Generated from warehouse/snowflake/setup/; do not edit.\n${planText(planWith(example))}`;
  if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(page, text);
  expect(await readFile(page, 'utf8').catch(() => ''), howToUpdate).toBe(text);
});
