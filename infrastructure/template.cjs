/**
 * What `${file(infrastructure/template.cjs)}` in serverless.yml stands for. Plain CommonJS, because that is all that osls
 * loads; everything else here is TypeScript, which Node reads as it is.
 */
module.exports = async ({ options, resolveVariable, resolveConfigurationProperty }) => {
  if (!process.features.typescript) {
    throw new Error(`Node ${process.version} reads no TypeScript: npx serverless runs on the Node 24 of npm ci.`);
  }
  const { buildTemplate } = await import('./build-template.ts');
  const { readSettings } = await import('./read-settings.ts');
  const { settingNames } = await import('./settings.ts');
  const read = async (name) => [name, (await resolveVariable(`param:${name}`)) ?? ''];
  const blocks = Object.values((await resolveConfigurationProperty(['params'])) ?? {});
  const settings = readSettings({
    values: {
      ...Object.fromEntries(await Promise.all(settingNames.map(read))),
      ...(options.region ? { region: options.region } : {}),
    },
    names: [
      ...blocks.flatMap((block) => Object.keys(block ?? {})),
      ...(options.param ?? []).map((text) => text.split('=', 1)[0]),
    ],
    stage: await resolveVariable('sls:stage'),
  });
  return buildTemplate(settings);
};
