import config from './jest.config.js';

/** The tests of everything that touches AWS, on services that nobody here wrote: `npm run test:conformance` starts them. */
export default {
  ...config,
  testEnvironment: '<rootDir>/test/conformance/gap-environment.ts',
  testMatch: [
    '<rootDir>/test/end-to-end.test.ts',
    '<rootDir>/test/api.test.ts',
    '<rootDir>/test/handlers/{sweep,sweep-events,archive-events}.test.ts',
    '<rootDir>/test/upstream-answers/**/*.test.ts',
    '<rootDir>/test/lib/adapters/{s3-store,link-signer,dynamo-table,dynamo-index,sqs-queue}.test.ts',
    '<rootDir>/test/lib/{step-ledger,task-ledger,copy-document}.test.ts',
  ],
  collectCoverage: false,
  testTimeout: 60_000,
};
