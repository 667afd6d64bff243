import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  apiKey,
  formerApiKey,
  formerWebhookSecret as formerSecret,
  webhookSecret as secret,
} from './support/secrets/known-secrets.ts';
import { refuseParameter } from './support/secrets/parameter-store.ts';
import { API_KEY_PARAMETER, WEBHOOK_SECRET_PARAMETER } from './support/secrets/secrets-world.ts';
import { MINUTE_MS, type RotationWorld, startRotationWorld } from './support/secrets/rotation-world.ts';

const unavailable = refuseParameter('AccessDeniedException', 'not now');

let world: RotationWorld;

beforeAll(async () => {
  world = await startRotationWorld();
});
afterAll(() => world?.close());

describe('a webhook secret that is rotated while the function runs', () => {
  // The function has read the former one, this very moment.
  beforeEach(async () => {
    world.setWebhookSecret(formerSecret);
    world.pass(6 * MINUTE_MS);
    await world.deliverWebhook(formerSecret);
  });

  it('is taken beside the former one while the parameter holds both', async () => {
    world.setWebhookSecret(`${secret}\n${formerSecret}`);
    world.pass(6 * MINUTE_MS);

    expect([await world.deliverWebhook(formerSecret), await world.deliverWebhook(secret)]).toEqual([202, 202]);
  });

  it('is taken at once when the parameter was read more than a minute ago', async () => {
    world.setWebhookSecret(`${secret}\n${formerSecret}`);
    world.pass(MINUTE_MS);

    expect(await world.deliverWebhook(secret)).toBe(202);
  });

  it('is taken at the first retry of the vendor, a minute later, when it was read just now', async () => {
    world.setWebhookSecret(`${secret}\n${formerSecret}`);
    const first = await world.deliverWebhook(secret);
    world.pass(MINUTE_MS);

    expect([first, await world.deliverWebhook(secret)]).toEqual([401, 202]);
  });

  it('is taken at that retry however many forged deliveries come between', async () => {
    world.setWebhookSecret(`${secret}\n${formerSecret}`);
    await world.deliverWebhook(secret);
    for (let forged = 0; forged < 6; forged += 1) {
      world.pass(MINUTE_MS / 6);
      await world.deliverWebhook('a secret of nobody');
    }

    expect(await world.deliverWebhook(secret)).toBe(202);
  });

  it('ends the former one when that leaves the parameter', async () => {
    world.setWebhookSecret(secret);
    world.pass(6 * MINUTE_MS);

    expect([await world.deliverWebhook(formerSecret), await world.deliverWebhook(secret)]).toEqual([401, 202]);
  });

  it('costs one reading a minute at most, whatever is forged', async () => {
    const before = world.countSecretReadings();
    world.pass(MINUTE_MS);
    for (let forged = 0; forged < 5; forged += 1) await world.deliverWebhook('a secret of nobody');

    expect(world.countSecretReadings() - before).toBe(1);
  });

  it('leaves the former one where Parameter Store refuses to be read', async () => {
    world.parameters.set(WEBHOOK_SECRET_PARAMETER, unavailable);
    world.pass(6 * MINUTE_MS);

    expect(await world.deliverWebhook(formerSecret)).toBe(202);
  });

  it('leaves the former one where the new value is none', async () => {
    world.setWebhookSecret('short');
    world.pass(6 * MINUTE_MS);

    expect(await world.deliverWebhook(formerSecret)).toBe(202);
  });

  it('loses no delivery where Parameter Store hangs: the former one goes on', async () => {
    world.parameters.set(WEBHOOK_SECRET_PARAMETER, 'silence');
    world.pass(6 * MINUTE_MS);

    expect(await world.deliverWebhook(formerSecret)).toBe(202);
  });
});

describe('an API key that is rotated while the function runs', () => {
  // The function has read the former one, this very moment.
  beforeEach(async () => {
    world.setApiKey(formerApiKey);
    world.pass(6 * MINUTE_MS);
    const taskId = world.createTask();
    world.acceptKeys(taskId, [formerApiKey, apiKey]);
    await world.receive(taskId);
  });

  it('is asked with after five minutes, while the vendor still takes both', async () => {
    world.setApiKey(apiKey);
    const [before, after] = [world.createTask(), world.createTask()];
    for (const taskId of [before, after]) world.acceptKeys(taskId, [formerApiKey, apiKey]);
    await world.receive(before);
    world.pass(5 * MINUTE_MS);
    await world.receive(after);

    expect([world.listKeys(before), world.listKeys(after)]).toEqual([[formerApiKey], [apiKey]]);
  });

  it('archives in the very try in which the former one is refused', async () => {
    world.setApiKey(apiKey);
    world.pass(MINUTE_MS);
    const taskId = world.createTask();
    world.acceptKeys(taskId, [apiKey]);

    expect(await world.receive(taskId)).toBe('archived');
    expect(world.listKeys(taskId)).toEqual([formerApiKey, apiKey]);
  });

  it('archives when the message comes back, when the former one was read just now', async () => {
    world.setApiKey(apiKey);
    const taskId = world.createTask();
    world.acceptKeys(taskId, [apiKey]);
    const first = await world.receive(taskId);
    world.pass(MINUTE_MS);

    expect([first, await world.receive(taskId)]).toEqual(['comes back', 'archived']);
  });

  it('loses no document where it is revoked before the parameter is changed', async () => {
    world.pass(MINUTE_MS);
    const taskId = world.createTask();
    world.acceptKeys(taskId, [apiKey]);
    const first = await world.receive(taskId);
    world.setApiKey(apiKey);
    world.pass(MINUTE_MS);

    expect([first, await world.receive(taskId)]).toEqual(['comes back', 'archived']);
  });

  it('leaves the former one where Parameter Store refuses to be read', async () => {
    world.parameters.set(API_KEY_PARAMETER, unavailable);
    world.pass(6 * MINUTE_MS);
    const taskId = world.createTask();
    world.acceptKeys(taskId, [formerApiKey]);

    expect(await world.receive(taskId)).toBe('archived');
  });

  it('costs one reading a minute at most, however often it is refused', async () => {
    const before = world.countKeyReadings();
    world.pass(MINUTE_MS);
    for (let refused = 0; refused < 3; refused += 1) await world.receive(world.createTask());
    const taskId = world.createTask();
    world.acceptKeys(taskId, []);
    await world.receive(taskId);

    expect(world.countKeyReadings() - before).toBe(1);
  });
});
