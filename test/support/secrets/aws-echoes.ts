import type { ProxiedAnswer } from '../fault-proxy.ts';
import { accessKeyId, apiKey, secretAccessKey, sessionToken, signedQuery } from './known-secrets.ts';

export type AwsService = 's3' | 'dynamodb' | 'sqs' | 'events';

const url = `https://archive.s3.amazonaws.com/tasks/1?${signedQuery}`;

/** What nobody should pass on: who asked, with what, and for what. */
export const tellingMessage = `User ${accessKeyId} (${secretAccessKey}, ${sessionToken}) asked ${url} with ${apiKey}`;

/**
 * A refusal of AWS that echoes the request it refuses, as S3 does in `SignatureDoesNotMatch`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function refuseWithSecrets(service: AwsService): ProxiedAnswer {
  const isS3 = service === 's3';
  const echoes = { 'x-amz-request-id': 'refused', 'x-amz-id-2': sessionToken };
  if (isS3) {
    const fields = [
      '<Code>SignatureDoesNotMatch</Code>',
      `<Message>${escapeXml(tellingMessage)}</Message>`,
      `<AWSAccessKeyId>${accessKeyId}</AWSAccessKeyId>`,
      `<StringToSign>AWS4-HMAC-SHA256 ${accessKeyId}</StringToSign>`,
      `<CanonicalRequest>GET x-amz-security-token:${sessionToken}</CanonicalRequest>`,
    ];
    const body = [Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${fields.join('')}</Error>`)];
    return { status: 403, headers: { 'content-type': 'application/xml', ...echoes }, body };
  }
  const error = { __type: 'com.amazon.coral.service#UnrecognizedClientException', message: tellingMessage, url };
  const headers = { 'content-type': 'application/x-amz-json-1.0', ...echoes };
  return { status: 400, headers, body: [Buffer.from(JSON.stringify(error))] };
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;');
