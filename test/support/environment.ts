/** What the handlers need to be imported; nothing listens there. Tests that call for real set their own. */
const environment = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'eu-central-1',
  ARCHIVE_BUCKET: 'archive',
  ARCHIVE_TABLE: 'archive',
  ARCHIVE_QUEUE_URL: 'http://127.0.0.1:1/000000000000/archive',
  CHAMELIO_API_KEY: 'ca_test',
  CHAMELIO_WEBHOOK_SECRET: 'a-secret-of-the-tests',
  // Only the tests of the figures want to see them.
  POWERTOOLS_METRICS_DISABLED: 'true',
};

// oxlint-disable-next-line node/no-process-env
Object.assign(process.env, environment);
