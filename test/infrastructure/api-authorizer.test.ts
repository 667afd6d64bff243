import { expect, it } from '@jest/globals';
import { describeAuthorizers, describeRouteAuthorizer } from '../../infrastructure/api-authorizer.ts';
import { createSettings } from '../support/create-settings.ts';

const token = { apiJwtIssuer: 'https://issuer.example.com', apiJwtAudience: 'archive' };
const both = (values: Record<string, unknown> = {}) => {
  const settings = createSettings(values);
  return [describeRouteAuthorizer(settings), describeAuthorizers(settings)];
};

it('is IAM, which is declared nowhere, unless there is an issuer of tokens', () => {
  expect(both()).toEqual([{ type: 'aws_iam' }, {}]);
});

it('is a token of the issuer for the audience, whatever its scope', () => {
  const apiJwt = {
    type: 'jwt',
    identitySource: '$request.header.Authorization',
    issuerUrl: 'https://issuer.example.com',
    audience: ['archive'],
  };
  expect(both(token)).toEqual([{ name: 'apiJwt' }, { apiJwt }]);
});

it('is a token with the scope of the settings', () => {
  expect(both({ ...token, apiJwtScope: 'archive/read' })[0]).toEqual({ name: 'apiJwt', scopes: ['archive/read'] });
});
