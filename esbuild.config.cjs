/**
 * Modules of node are asked for, not imported: an import runs the getters of all that a module exports, and those load
 * much that nobody here uses, such as all of `fetch` behind `node:http` (22 ms of CPU in a cold start).
 * @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
const askForModules = {
  name: 'ask-for-modules',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'node', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'node' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }));
  },
};

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
  return { ...options, plugins: [askForModules], ...output };
};

module.exports.plugins = [askForModules];
