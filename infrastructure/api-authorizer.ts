import type { Settings } from './settings.ts';

const NAME = 'apiJwt';

/** What serverless.yml asks of who calls the routes of `api`, in the words of osls. */
export type RouteAuthorizer = { type: 'aws_iam' } | { name: string; scopes?: string[] };

/** IAM, unless there is an issuer of tokens: then a token of its own, with the scope where one is set. */
export const describeRouteAuthorizer = ({ apiJwtIssuer, apiJwtScope }: Settings): RouteAuthorizer =>
  apiJwtIssuer ? { name: NAME, ...(apiJwtScope && { scopes: [apiJwtScope] }) } : { type: 'aws_iam' };

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
export const describeAuthorizers = ({ apiJwtIssuer, apiJwtAudience }: Settings) =>
  apiJwtIssuer
    ? {
        [NAME]: {
          type: 'jwt',
          identitySource: '$request.header.Authorization',
          issuerUrl: apiJwtIssuer,
          audience: [apiJwtAudience],
        },
      }
    : {};
