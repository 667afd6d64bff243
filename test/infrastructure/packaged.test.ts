import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildTemplate } from '../../infrastructure/build-template.ts';
import { readSettings } from '../../infrastructure/read-settings.ts';
import { settingNames } from '../../infrastructure/settings.ts';
import { allValues, defaultValues } from '../support/create-settings.ts';
import { type PackagedService, packageService, readEnvironment } from '../support/packaged-template.ts';

const existing = { existingBucket: 'contracts', kmsKeyArn: allValues.kmsKeyArn };
/** Stage prod as it is: test/serverless.test.ts. */
const packagings = [
  { name: 'dev, as it is', stage: 'dev', values: {}, logRetentionDays: 14 },
  { name: 'prod, with every setting', stage: 'prod', values: allValues, logRetentionDays: 30 },
  { name: 'dev, with an existing bucket', stage: 'dev', values: existing, logRetentionDays: 14 },
];
/** What osls makes of functions and provider in serverless.yml. */
const ofTheFramework = [
  'ServerlessDeploymentBucket',
  'ServerlessDeploymentBucketPolicy',
  ...['Webhook', 'Archive', 'Sweep', 'Api'].map((name) => `${name}LogGroup`),
  ...['Webhook', 'Archive', 'Sweep', 'Api'].map((name) => `${name}LambdaFunction`),
  'SweepLambdaEvConf',
  'ArchiveEventSourceMappingSQSArchiveQueue',
  'SweepEventsRuleSchedule1',
  'SweepLambdaPermissionEventsRuleSchedule1',
  'HttpApi',
  'HttpApiStage',
  'WebhookLambdaPermissionHttpApi',
  'HttpApiIntegrationWebhook',
  'HttpApiRoutePostWebhooksChamelio',
  'ApiLambdaPermissionHttpApi',
  'HttpApiIntegrationApi',
  'HttpApiRoutePostTasksTaskidVarArchive',
  'HttpApiRoutePostTasksTaskidVarStepsStepidVarArchive',
  'HttpApiRouteGetTasksTaskidVarDocuments',
  'HttpApiRouteGetTasksTaskidVarStepsStepidVarDocument',
];

const services = new Map<string, PackagedService>();
const serviceOf = (name: string) => services.get(name) as PackagedService;
const options = (values: Record<string, string | number>) =>
  Object.entries(values).flatMap(([name, value]) => ['--param', `${name}=${value}`]);

beforeAll(async () => {
  for (const { name, stage, values } of packagings) {
    services.set(name, await packageService('--stage', stage, ...options(values)));
  }
}, 120_000);
afterAll(() => Promise.all([...services.values()].map((service) => service.remove())));

describe.each(packagings)('packaged for $name', ({ name, stage, values, logRetentionDays }) => {
  const ofTheStage = {
    apiKeyParameter: `/chamelio-archive/${stage}/api-key`,
    webhookSecretParameter: `/chamelio-archive/${stage}/webhook-secret`,
    logRetentionDays,
  };
  const settings = readSettings({ values: { ...defaultValues, ...ofTheStage, ...values }, names: [], stage });
  const { resources, archiveBucket } = buildTemplate(settings);

  it('holds what infrastructure/ describes for these settings, and of the framework nothing but the usual', () => {
    const { Resources } = serviceOf(name).template;
    const { ours = {}, theirs = {} } = Object.groupBy(Object.entries(Resources), ([id]) =>
      id in resources.Resources ? 'ours' : 'theirs',
    ) as Record<string, [string, unknown][]>;
    expect(Object.fromEntries(ours as [string, unknown][])).toEqual(resources.Resources);
    const authorizers = 'apiJwtIssuer' in values ? ['HttpApiAuthorizerApiJwt'] : [];
    expect((theirs as [string, unknown][]).map(([id]) => id).toSorted()).toEqual(
      [...ofTheFramework, ...authorizers].toSorted(),
    );
  });

  it('says what it is and puts out what it describes', () => {
    expect(serviceOf(name).template).toMatchObject({ Description: resources.Description, Outputs: resources.Outputs });
  });

  it('limits the route and writes the access log', () => {
    expect(serviceOf(name).template.Resources.HttpApiStage).toMatchObject(resources.extensions.HttpApiStage);
  });

  it('keeps all logs for the days of the stage', () => {
    const groups = Object.values(serviceOf(name).template.Resources).filter(
      ({ Type }) => Type === 'AWS::Logs::LogGroup',
    );
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(
      Array.from({ length: 5 }, () => logRetentionDays),
    );
  });

  it('lets archive write where the documents are kept', () => {
    expect(readEnvironment(serviceOf(name).template, 'archive').ARCHIVE_BUCKET).toEqual(archiveBucket);
  });

  it.each(['webhook', 'archive', 'sweep', 'api'] as const)(
    'names the service of %s after the stage',
    (functionName) => {
      const environment = readEnvironment(serviceOf(name).template, functionName);
      expect(environment.POWERTOOLS_SERVICE_NAME).toBe(`chamelio-archive-${stage}`);
    },
  );

  it('has no Conditions: what a setting turns off is absent', () => {
    expect(serviceOf(name).template).not.toHaveProperty('Conditions');
    expect(JSON.stringify(serviceOf(name).template)).not.toMatch(/"Fn::If"|"Condition":"/);
  });
});

describe('packaged with every setting, the functions get theirs', () => {
  const environment = (name: 'webhook' | 'archive' | 'sweep') =>
    readEnvironment(serviceOf('prod, with every setting').template, name);
  const vendor = {
    CHAMELIO_API_KEY_PARAMETER: '/contracts/api-key',
    CHAMELIO_BASE_URL: 'https://chamelio.example.com',
    EVENT_BUS_NAME: 'archived',
  };

  it('webhook', () => {
    expect(environment('webhook')).toMatchObject({
      ARCHIVE_ORGANIZATION_ID: 'org_1',
      CHAMELIO_WEBHOOK_SECRET_PARAMETER: '/contracts/webhook-secret',
    });
  });

  it('archive', () => {
    expect(environment('archive')).toMatchObject({
      ...vendor,
      ARCHIVE_KEY_PREFIX: 'legal/',
      DOWNLOAD_ALLOWED_HOSTS: 'documents.s3.eu-central-1.amazonaws.com',
      MAX_DOCUMENT_BYTES: '1048576',
    });
  });

  it('sweep', () => {
    expect(environment('sweep')).toMatchObject(vendor);
  });
});

it('packaged with an issuer of tokens, the routes of api ask for its tokens, and the webhook for none', () => {
  const { HttpApiAuthorizerApiJwt, ...resources } = serviceOf('prod, with every setting').template.Resources;
  expect(HttpApiAuthorizerApiJwt?.Properties).toMatchObject({
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: 'https://issuer.example.com/contracts', Audience: ['archive'] },
  });
  const routes = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  const token = {
    AuthorizationType: 'JWT',
    AuthorizerId: { Ref: 'HttpApiAuthorizerApiJwt' },
    AuthorizationScopes: ['archive/read'],
  };
  const { webhook, api } = Object.groupBy(routes, ({ Properties: { RouteKey } }) =>
    RouteKey === 'POST /webhooks/chamelio' ? 'webhook' : 'api',
  );
  expect(webhook?.[0]?.Properties).not.toHaveProperty('AuthorizationType');
  expect(api?.map(({ Properties }) => Properties)).toMatchObject([token, token, token, token]);
});

it('refuses to package with a wrong value and a misspelt name, and says both', async () => {
  const packaging = packageService('--stage', 'prod', ...options({ logRetentionDays: 31, keyPrefx: 'legal/' }));
  await expect(packaging).rejects.toThrow(
    /keyPrefx is no setting; did you mean keyPrefix\?\n- logRetentionDays is "31"; expected one of the periods/,
  );
});

describe('the table in docs/deploy.md', () => {
  let rows: Map<string, string>;
  beforeAll(async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
    const cells = [...text.matchAll(/^\| `(\w+)` \| (.*?) \| .+ \|$/gm)].map(
      (row) => [row[1], row[2]] as [string, string],
    );
    rows = new Map(cells.filter(([name]) => settingNames.includes(name as never)));
  });

  it('has every setting', () => {
    expect([...rows.keys()].toSorted()).toEqual(settingNames.toSorted());
  });

  it('tells the default of each', () => {
    const { default: defaults = {}, ...stages } = serviceOf('dev, as it is').params;
    for (const [name, value] of Object.entries(defaults)) {
      const shown = value === '' ? 'empty' : `\`${String(value).replace('/dev/', '/<stage>/')}\``;
      expect([name, rows.get(name)?.slice(0, shown.length)]).toEqual([name, shown]);
    }
    for (const [stage, values] of Object.entries(stages)) {
      for (const [name, value] of Object.entries(values)) {
        expect(rows.get(name)).toContain(`\`${stage}\` \`${value}\``);
      }
    }
  });
});
