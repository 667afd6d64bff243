/**
 * The options in serverless.yml, and for `invoke local` two of its own: it only finds `.js`, where Lambda needs `.mjs` to
 * see a module; and it leaves its bundle behind, which must not get into the next zip.
 */
module.exports = ({ service, processedInput }) => {
  const { config: _, ...options } = service.custom.esbuild;
  const isLocal = processedInput.commands.join(' ') === 'invoke local';
  const output = isLocal
    ? { outputFileExtension: '.js', outputBuildFolder: '.invoke-local' }
    : { outputFileExtension: '.mjs', outputBuildFolder: '.build' };
  return { ...options, ...output };
};
