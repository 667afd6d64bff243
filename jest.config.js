export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These take minutes, or need more than Node: `npm run test:faults`, `npm run test:conformance`.
  testPathIgnorePatterns: ['<rootDir>/test/faults/', '<rootDir>/test/conformance/'],
  modulePathIgnorePatterns: ['<rootDir>/\\.serverless', '<rootDir>/\\.esbuild', '<rootDir>/\\.local'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  setupFiles: ['<rootDir>/test/support/environment.ts'],
  maxWorkers: '100%',
  testTimeout: 30_000,
  collectCoverage: true,
  coverageProvider: 'v8',
  coverageReporters: ['text-summary', ['text', { skipFull: true }]],
  // ports.ts has types only.
  collectCoverageFrom: ['handlers/**/*.ts', 'infrastructure/**/*.ts', 'lib/**/*.ts', '!lib/ports.ts'],
  coverageThreshold: { global: { lines: 100, branches: 100 } },
};
