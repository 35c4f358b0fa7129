import process from 'node:process';

/** Keys that open nothing, where the SDK's own chain looks first, so that no test asks a machine for real ones. */
export function useTestCredentials(): void {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
  delete process.env['AWS_PROFILE'];
}
