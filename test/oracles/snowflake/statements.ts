import { establish } from '../../../warehouse/snowflake/setup/statements.ts';
import { planSetup } from '../../../warehouse/snowflake/setup/plan/plan.ts';
import { setupSettings } from '../../../warehouse/snowflake/setup/settings.ts';

/** What an account is set up with where everything is asked for. */
export function setupStatements(): string[] {
  const settings = setupSettings.parse({
    archive: { url: 's3://archive/shop', roleArn: 'arn:aws:iam::123456789012:role/archive' },
    pipeline: { publicKey: 'AAAA' },
    semantic: { workloadArn: 'arn:aws:iam::123456789012:role/semantic' },
    allowedIps: ['192.0.2.0/24'],
  });
  return planSetup(settings).items.flatMap((item) => establish(item));
}
