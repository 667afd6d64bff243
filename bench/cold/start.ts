/**
 * The program of a process that starts one handler: CPU milliseconds from its beginning to where it could take an event,
 * or, given one, to where it has answered it with 202.
 */
const [, , file = '', event] = process.argv;
const { handler } = await import(file);
if (event !== undefined) {
  const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 10_000 };
  const { statusCode } = await handler(JSON.parse(event), context);
  if (statusCode !== 202) throw new Error(`The first webhook was answered with ${statusCode}.`);
}
const { user, system } = process.cpuUsage();
process.stdout.write(`\n${(user + system) / 1000}`, () => process.exit());
