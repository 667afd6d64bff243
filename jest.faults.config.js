import config from './jest.config.js';

/** What takes minutes: kills, faults and many random cases. Its seed is printed; `npm run test:faults -- --seed=N` repeats a run. */
export default {
  ...config,
  testMatch: ['<rootDir>/test/faults/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
  collectCoverage: false,
  showSeed: true,
  reporters: ['default', '<rootDir>/test/support/fault-table.js'],
};
