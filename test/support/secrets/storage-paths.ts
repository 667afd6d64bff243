import { randomBytes } from 'node:crypto';
import { serveRest } from '../hostile-answers.ts';
import { type Asked, json, type Script, serve } from '../scripted-server.ts';
import { signedQuery, urlPassword, urlSignature } from './known-secrets.ts';
import { archive, type SecretPath } from './secret-path.ts';

const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(8 * 1024)]);
const etag = '"the-same"';

const signedUrl = ({ taskId, storageUrl }: Asked) => `${storageUrl}/${taskId}/stored.pdf?${signedQuery}`;

const link: Script = (asked) => json(200, { download_url: signedUrl(asked), file_name: 'Contract.pdf' });

/** A refusal as S3 words it, which shows what was asked. */
const echo = (status: number): Script => ({
  status,
  headers: { 'content-type': 'application/xml', 'x-amz-id-2': urlSignature },
  body: `<Error><Code>AccessDenied</Code><SignatureProvided>${urlSignature}</SignatureProvided><URL>${signedQuery}</URL></Error>`,
});

const redirectTo =
  (write: (asked: Asked) => string): Script =>
  (asked) => ({ status: 307, headers: { location: write(asked) }, body: signedQuery });

const elsewhere = (asked: Asked) => signedUrl(asked).replace(asked.storageUrl, 'https://elsewhere.example');
const withPassword = (asked: Asked) => signedUrl(asked).replace('//', `//user:${urlPassword}@`);

const drop = serve(content, { etag, dropAfter: 1024 });
const wrongRange = serveRest(content, { etag, 'content-range': signedQuery });

const rows: [it: string, shows: string, storage: Script[]][] = [
  ['has the document', 'archived', [serve(content, { etag })]],
  ['redirects to it', 'archived', [redirectTo(signedUrl), serve(content)]],
  ['refuses the link', 'link_refused', [echo(403)]],
  ['does not know the link', 'link_refused', [echo(404)]],
  ['asks for quiet', 'rate_limited', [echo(429)]],
  ['fails', 'server_error', [echo(500)]],
  ['answers what nobody knows', 'unexpected_status', [echo(418)]],
  ['hangs up', 'connection_failed', ['hang-up']],
  ['goes on elsewhere in the document', 'source_changed', [drop, wrongRange, drop, wrongRange, drop, wrongRange]],
  ['sends less than it announced', 'connection_failed', [serve(content, { dropAfter: 1024 })]],
  ['sends more than is allowed', 'too_large', [serve(randomBytes(65 * 1024))]],
  ['has an error page', 'content_mismatch', [{ ...Object(echo(200)), headers: { 'content-type': 'application/pdf' } }]],
  ['sends no gzip', 'connection_failed', [{ headers: { 'content-encoding': 'gzip' }, body: signedQuery }]],
  ['redirects for ever', 'too_many_redirects', [redirectTo(signedUrl)]],
  ['redirects elsewhere', 'url_forbidden', [redirectTo(elsewhere)]],
  ['redirects with a password', 'url_forbidden', [redirectTo(withPassword)]],
];

/** A storage host that shows the signed URL, or a redirect to another, wherever an answer has room. */
export const storagePaths: SecretPath[] = rows.map(([it, shows, storage]) => ({
  it: `the storage host ${it}`,
  shows,
  walk: archive({ vendor: [link], storage }),
}));

/** A document that is archived. */
export const archivable = { vendor: [link], storage: [serve(content, { etag })] };
