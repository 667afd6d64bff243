const MAX_CAUSES = 5;

type Foreign = Error & { cause?: unknown };

function* listCauses(error: unknown): Generator<Foreign> {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    yield cause;
    cause = cause.cause;
  }
}

/** AWS says which permission is missing, and its sentence holds no secret. */
export function findMissingPermission(error: unknown): string | undefined {
  for (const { message } of listCauses(error)) {
    const [, action, resource] = /not authorized to perform: (\S+)(?: on resource: (\S+))?/.exec(message) ?? [];
    if (action) return `The credentials lack the permission ${action}${resource ? ` on ${resource}` : ''}.`;
  }
  return undefined;
}

/** Of a host with several addresses, none of which answers, only the inner errors say anything. */
function findMessage(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const [first] = (error as Partial<AggregateError>).errors ?? [];
  return error.message || findMessage(first);
}

/** One sentence for whoever typed the command. */
export function describeFailure(error: unknown): string {
  const names = [...listCauses(error)].map(({ name }) => name);
  if (names.includes('CredentialsProviderError'))
    return 'There are no AWS credentials: set a profile, or AWS_ACCESS_KEY_ID.';
  if (names.includes('ExpiredTokenException') || names.includes('ExpiredToken'))
    return 'The AWS credentials have expired: sign in again.';
  if (error instanceof Error && error.message === 'Region is missing')
    return 'There is no AWS region: set a profile, or AWS_REGION.';
  return findMissingPermission(error) ?? (findMessage(error) || 'It failed for an unknown reason.');
}
