/** A route that fits a request, and what its path names. */
export type MatchedRoute = { routeKey: string; pathParameters: Record<string, string> };

/** `/tasks/{task_id}` → what matches such a path; a parameter is one segment. */
const compilePath = (path: string) =>
  new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

/**
 * The route of `GET /tasks/1/documents` among route keys such as `GET /tasks/{task_id}/documents`, with its parameters
 * decoded, as API Gateway has them.
 * @throws URIError where they can't be decoded
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function matchRoute(routeKeys: readonly string[], method: string, path: string): MatchedRoute | undefined {
  for (const routeKey of routeKeys) {
    const [routeMethod, routePath = ''] = routeKey.split(' ');
    const match = routeMethod === method && compilePath(routePath).exec(path);
    if (!match) continue;
    const parameters = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return { routeKey, pathParameters: Object.fromEntries(parameters) };
  }
  return undefined;
}
