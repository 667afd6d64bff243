import { sendRaw } from '../hostile-answers.ts';
import { json, type Script } from '../scripted-server.ts';
import { apiKey, secretAccessKey, signedQuery, urlPassword, userEmail } from './known-secrets.ts';
import { archive, type SecretPath } from './secret-path.ts';

const headers = {
  'content-type': 'application/json',
  'x-echo': apiKey,
  'www-authenticate': `Key ${apiKey}`,
  'set-cookie': `key=${apiKey}`,
};
const body = JSON.stringify({ detail: `Not with ${apiKey} for ${userEmail}`, request: { 'x-api-key': apiKey } });

/** A refusal that echoes the key wherever it can. */
const echo = (status: number, more: Record<string, string> = {}): Script => ({
  status,
  headers: { ...headers, ...more },
  body,
});

const answersWith = (text: string, type = 'application/json'): Script => ({
  headers: { ...headers, 'content-type': type },
  body: text,
});

const linksTo = (url: unknown): Script[] => [json(200, { download_url: url, file_name: 'Contract.pdf' })];

const rows: [it: string, shows: string, vendor: Script[]][] = [
  ['the key is refused', 'unauthorized', [echo(401)]],
  ['there is nothing', 'not_found', [echo(404)]],
  ['it cannot read the id', 'id_refused', [echo(422)]],
  ['it asks for quiet', 'rate_limited', [echo(429, { 'retry-after': apiKey })]],
  ['it fails', 'server_error', [echo(500)]],
  ['it has no document', 'not_available', [echo(501)]],
  ['it answers what nobody knows', 'unexpected_status', [echo(418)]],
  ['it answers with a page', 'invalid_answer', [answersWith(`<html>${apiKey}</html>`, 'text/html')]],
  ['its page calls itself a text', 'invalid_answer', [answersWith(`<!doctype html>${apiKey}`, 'text/plain')]],
  ['its JSON is none', 'invalid_answer', [answersWith(`{${apiKey}`)]],
  ['its JSON has no URL', 'invalid_answer', [json(200, { [apiKey]: apiKey, detail: apiKey })]],
  ['its URL is an object', 'invalid_answer', linksTo({ [apiKey]: signedQuery })],
  ['its JSON is too large', 'too_large', [answersWith(JSON.stringify(apiKey.repeat(40_000)))]],
  ['its headers are too large', 'headers_too_large', [echo(200, { 'x-all': apiKey.repeat(600) })]],
  ['its encoding is the key', 'encoding_unknown', [echo(200, { 'content-encoding': apiKey })]],
  ['it hangs up', 'connection_failed', ['hang-up']],
  ['it speaks no HTTP', 'connection_failed', [sendRaw({ head: [`HTTP/1.1 ${apiKey}`, apiKey] })]],
  [
    'it breaks off with the key as its reason',
    'connection_failed',
    [sendRaw({ head: [`HTTP/1.1 200 ${apiKey}`, 'content-type: application/json', 'content-length: 900'], body })],
  ],
  ['its URL is none', 'url_invalid', linksTo(`https://${urlPassword} ${signedQuery}`)],
  ['its URL has a password', 'url_forbidden', linksTo(`https://user:${urlPassword}@a.amazonaws.com/?${signedQuery}`)],
  ['its URL leads elsewhere', 'url_forbidden', linksTo(`https://elsewhere.example/${apiKey}?${signedQuery}`)],
  ['its URL has the key for a host', 'url_forbidden', linksTo(`https://${apiKey}.example/?${signedQuery}`)],
  ['its URL has a scheme of its own', 'url_forbidden', linksTo(`s3://${secretAccessKey.replace(/[/+]/g, '')}/a`)],
  ['it redirects elsewhere', 'url_forbidden', [redirectTo(`https://elsewhere.example/${apiKey}?${signedQuery}`)]],
  ['it redirects to no URL', 'url_invalid', [redirectTo(`https://[${apiKey}/?${signedQuery}`)]],
];

function redirectTo(location: string): Script {
  return { status: 302, headers: { ...headers, location }, body };
}

const discover =
  (vendor: Script[]): SecretPath['walk'] =>
  (world, taskId) => {
    world.vendor.script(taskId, vendor);
    return world.deliver({ task_id: taskId });
  };

/** Named so that the vendor's stand-in sees which task it is about. */
const nameUpload = (taskId: string) => `#file:document.${taskId}`;
const nameSigned = (taskId: string) => `#signed:document.${taskId}`;

const listSigned =
  (entry: object): Script =>
  ({ taskId }) =>
    json(200, { documents: [{ file_id: `document.${taskId}`, ...entry }], [apiKey]: apiKey });

const signedRows: typeof rows = [
  ...rows.filter(([, code]) => ['unauthorized', 'id_refused', 'server_error', 'invalid_answer'].includes(code)),
  ['it lists the document without a URL', 'invalid_answer', [listSigned({ [apiKey]: signedQuery })]],
  ['it lists the document elsewhere', 'url_forbidden', [listSigned({ download_url: `https://${apiKey}.example/` })]],
];

/** A vendor that shows the key, or a signed URL, wherever an answer has room. */
export const vendorPaths: SecretPath[] = [
  ...rows.map(([it, shows, vendor]) => ({ it: `the vendor: ${it}`, shows, walk: archive({ vendor }) })),
  ...rows.map(([it, shows, vendor]) => ({
    it: `the vendor, of an uploaded file: ${it}`,
    shows,
    walk: archive({ vendor, nameDocument: nameUpload }),
  })),
  ...signedRows.map(([it, shows, vendor]) => ({
    it: `the vendor, of a signed document: ${it}`,
    shows,
    walk: archive({ vendor, nameDocument: nameSigned }),
  })),
  { it: 'the vendor refuses the key to a discovery', shows: 'unauthorized', walk: discover([echo(401)]) },
  { it: 'the vendor lists no files', shows: 'invalid_answer', walk: discover([json(200, { files: apiKey })]) },
];
