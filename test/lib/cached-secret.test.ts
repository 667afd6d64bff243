import { describe, expect, it } from '@jest/globals';
import { cacheSecret, keepSecret } from '../../lib/cached-secret.ts';

/** A parameter whose value counts its readings, and a clock. */
function createParameter() {
  const state = { clock: 0, readings: 0, isDown: false };
  const fetch = async () => {
    state.readings += 1;
    if (state.isDown) throw new Error('down');
    return `value ${state.readings}`;
  };
  return { state, secret: cacheSecret(fetch, () => state.clock) };
}

describe('cacheSecret', () => {
  it('reads once for many, also at the same time', async () => {
    const { secret, state } = createParameter();

    expect(await Promise.all([secret.read(), secret.read()])).toEqual(['value 1', 'value 1']);
    expect(await secret.read()).toBe('value 1');
    expect(state.readings).toBe(1);
  });

  it('reads again after five minutes', async () => {
    const { secret, state } = createParameter();
    await secret.read();
    state.clock = 5 * 60_000 - 1;
    expect(await secret.read()).toBe('value 1');

    state.clock += 1;
    expect(await secret.read()).toBe('value 2');
  });

  it('keeps an old value where no new one is to be had', async () => {
    const { secret, state } = createParameter();
    await secret.read();
    Object.assign(state, { clock: 5 * 60_000, isDown: true });

    expect(await secret.read()).toBe('value 1');
  });

  it('has no value without a reading, and tries again with the next call', async () => {
    const { secret, state } = createParameter();
    state.isDown = true;
    await expect(secret.read()).rejects.toThrow('down');
    await expect(secret.reread()).rejects.toThrow('down');

    state.isDown = false;
    expect(await secret.read()).toBe('value 3');
  });

  it('rereads at most once a minute since the last read', async () => {
    const { secret, state } = createParameter();
    await secret.read();
    state.clock = 59_999;
    expect(await secret.reread()).toBe('value 1');

    state.clock = 60_000;
    expect(await Promise.all([secret.reread(), secret.reread()])).toEqual(['value 2', 'value 2']);
    expect(await secret.reread()).toBe('value 2');
  });
});

it('never changes a secret that came with the configuration', async () => {
  const secret = keepSecret('fixed');

  expect([await secret.read(), await secret.reread()]).toEqual(['fixed', 'fixed']);
});
