/**
 * A value that `npm test` puts into the environment.
 * @throws Error that says how to run the tests
 */
export function testEnvironment(name: 'GAZE_TEST_DATABASE_URL' | 'GAZE_NATS_BIN' | 'GAZE_CHROMIUM'): string {
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new Error(
    `${name} is not set: this test needs the parts that \`npm test\` starts. Run \`npm test -- <part of the file's name>\` instead of calling vitest.`,
  );
}
