import { createLambdaContext, type LambdaHandler } from '../../../local/lambda-context.ts';
import type { Reply } from './run-deployed.ts';

/** The program of a function's process: the bundle that its argument names, called as Lambda calls it. */
const bundle = import(String(process.argv[2])) as Promise<{ handler: LambdaHandler }>;

const reply = (message: Reply) => process.send?.(message);
// Told and not thrown: Node would show the line, which in a bundle is most of it.
const fail = (error: unknown) => reply({ error: String(error) });

process.on('message', (event: unknown) => {
  bundle
    .then(({ handler }) => handler(event, createLambdaContext('deployed', 900_000)))
    .then((answer) => reply({ answer }), fail);
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
bundle.then(() => reply({}), fail);
