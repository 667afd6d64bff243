import { createLambdaContext, type LambdaHandler } from '../../../local/lambda-context.ts';

/** The program of a function's process: the bundle that its argument names, called as Lambda calls it. */
const { handler } = (await import(String(process.argv[2]))) as { handler: LambdaHandler };

const reply = (message: object) => process.send?.(message);

process.on('message', (event: unknown) => {
  handler(event, createLambdaContext('deployed', 900_000)).then(
    (answer) => reply({ answer }),
    (error: unknown) => reply({ error: String(error) }),
  );
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
reply({ isReady: true });
