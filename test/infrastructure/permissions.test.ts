import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountId, region } from '../../local/local-account.ts';
import { type PackagedService, packageService } from '../support/packaged-template.ts';
import type { AwsCall } from '../support/permissions/aws-call.ts';
import { listBundledCommands } from '../support/permissions/bundled-commands.ts';
import type { DeployedFunction } from '../support/permissions/deployed-function.ts';
import {
  type IamActions,
  listNeeds,
  nameCall,
  readIamActions,
  type Settings,
} from '../support/permissions/iam-actions.ts';
import { makeEveryCall } from '../support/permissions/make-every-call.ts';
import { type PermissionsWorld, startPermissionsWorld } from '../support/permissions/permissions-world.ts';

const FUNCTIONS = ['api', 'archive', 'sweep', 'webhook'];

type Variant = { it: string; stage: string; settings: Settings };

/** Settings that add to a role, or change what it is for, have to be in one of these. */
const variants: Variant[] = [
  { it: 'as it comes', stage: 'dev', settings: {} },
  {
    it: 'with every setting',
    stage: 'prod',
    settings: {
      region,
      keyPrefix: 'legal/',
      eventBusName: 'contracts',
      existingBucket: 'archive', // as the embedded one is called
      kmsKeyArn: `arn:aws:kms:${region}:${accountId}:key/documents`,
      secretsKmsKeyArn: `arn:aws:kms:${region}:${accountId}:key/secrets`,
    },
  },
];
const usedSettings = variants.flatMap(({ settings }) => Object.keys(settings));

let iamActions: IamActions;
let services: PackagedService[] = [];
const everyCall: AwsCall[] = [];

beforeAll(async () => {
  iamActions = await readIamActions();
  services = await Promise.all(variants.map(packageVariant));
}, 120_000);
afterAll(() => Promise.all(services.map((service) => service.remove())));

function packageVariant({ stage, settings }: Variant): Promise<PackagedService> {
  const params = Object.entries(settings).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  return packageService('--stage', stage, ...params);
}

describe.each(variants.map((variant, index) => ({ ...variant, index })))('deployed $it', ({ settings, index }) => {
  let world: PermissionsWorld;

  beforeAll(async () => {
    world = await startPermissionsWorld(services[index] as PackagedService);
    await makeEveryCall(world);
    everyCall.push(...world.calls, ...world.functions.flatMap(({ serviceCalls }) => serviceCalls));
  }, 60_000);
  afterAll(() => world?.close());

  const find = (name: string) => world.functions.find((one) => one.name === name) as DeployedFunction;
  const callsOf = (name: string) => world.calls.filter(({ functionName }) => functionName === name);

  it('has these functions and no others', () => {
    expect(world.functions.map(({ name }) => name).toSorted()).toEqual(FUNCTIONS);
  });

  it('makes no call that docs/iam-actions.json has no row for', () => {
    const known = new Set(iamActions.calls.map(nameCall));
    expect([...new Set(world.calls.map(nameCall))].filter((call) => !known.has(call))).toEqual([]);
  });

  it.each(FUNCTIONS)('allows %s exactly what its calls need', (name) => {
    const { grants, serviceCalls } = find(name);
    expect(grants).toEqual(listNeeds([...callsOf(name), ...serviceCalls], iamActions, settings));
  });

  it.each(FUNCTIONS)(
    'has seen %s send every command in its bundle, but those that docs/iam-actions.json says it only carries',
    (name) => {
      const isOff = ({ setting }: { setting?: string }) => setting !== undefined && !(setting in settings);
      const off = iamActions.calls.filter(isOff).map(({ call }) => call);
      const sent = [...callsOf(name).map(({ call }) => call), ...off];
      const unsent = listBundledCommands(world.bundles.get(name) ?? '').filter((command) => !sent.includes(command));
      const carried = iamActions.carried.filter(({ by }) => by.includes(name)).flatMap(({ calls }) => calls);
      expect(unsent).toEqual(carried.toSorted());
    },
  );
});

it('finds a call for each row of docs/iam-actions.json', () => {
  const made = new Set(everyCall.map(nameCall));
  const rows = iamActions.calls.filter(({ setting }) => setting === undefined || usedSettings.includes(setting));
  expect(rows.map(nameCall).filter((call) => !made.has(call))).toEqual([]);
});

it('finds a page of AWS in each row of docs/iam-actions.json', () => {
  const isOfAws = (page: string) => page.startsWith('https://docs.aws.amazon.com/');
  const without = iamActions.calls.filter(({ pages }) => pages.length === 0 || !pages.every(isOfAws));
  expect(without.map(nameCall)).toEqual([]);
});
