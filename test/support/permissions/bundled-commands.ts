/**
 * The AWS calls that the code of a bundle can make: the SDK's commands that are left in it, and the targets of calls that
 * it signs itself.
 */
export function listBundledCommands(code: string): string[] {
  const commands = code.matchAll(/ extends [\w$]+\([\w$]+,[\w$]+,"(\w+)"/g);
  const signed = code.matchAll(/["'`](?:AmazonSSM|AmazonSQS|AWSEvents|DynamoDB_\d+)\.(\w+)["'`]/g);
  return [...new Set([...commands, ...signed].map(([, name]) => name as string))].toSorted();
}
