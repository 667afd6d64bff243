import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listenOnLoopback } from '../../local/listen-on-loopback.ts';
import { setEnvironment } from '../../local/environment.ts';
import { createItem, startVerifyWorld, type VerifyWorld } from '../support/verify-world.ts';

let world: VerifyWorld;

beforeEach(async () => {
  world = await startVerifyWorld();
});
afterEach(() => world.close());

/** A service that gives everybody the same answer, and what has to be set for it. */
async function startAnswering(variable: string, answer: { status: number; type: string; body: string }) {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
  const listening = await listenOnLoopback(server);
  setEnvironment({ [variable]: listening.url });
  world.env[variable] = listening.url;
  return { ...listening, asked: () => asked };
}

const HOSTILE = `tasks/1/steps/x/<img src=x onerror=alert(1)>&"'\u202Efdp.exe`;

describe('the report', () => {
  it('says what was verified, where, when and by whom as far as that is known', async () => {
    await world.verify(['--all']);
    expect(await world.readReport()).toMatchObject({
      scope: { kind: 'all' },
      archive: { bucket: 'archive', table: 'archive', key_prefix: '', region: 'us-east-1' },
      caller: null,
      started_at: '2026-02-03T04:05:06.789Z',
      finished_at: '2026-02-03T04:05:06.789Z',
      complete: true,
      stopped_by: null,
    });
  });

  it('names each difference with task, step, object, version, what was expected and what was found', async () => {
    const { key, version_id, bucket } = await world.archive('1', { changes: { size_bytes: 11 } });
    await world.verify(['1']);
    expect((await world.readReport()).findings).toEqual([
      {
        kind: 'different',
        task_id: '1',
        step_id: 'review_step',
        bucket,
        key,
        version_id,
        differences: [{ field: 'size_bytes', expected: 11, found: 10 }],
        reason: null,
      },
    ]);
  });

  it('carries a SHA-256 that anybody can compute again from a later copy', async () => {
    await world.putObject(HOSTILE, Buffer.from('hostile'));
    await world.archive('2', { changes: { sha256: 'none\u2028\uD800' } });
    await world.verify(['--all']);
    const { report, sha256 } = JSON.parse(await readFile(`${world.reportFile}.json`, 'utf8'));
    expect(createHash('sha256').update(JSON.stringify(report)).digest('hex')).toBe(sha256);
  });

  it('keeps what a file name has of line ends', async () => {
    const key = 'tasks/1/a\r\n\u2028b\u0085';
    await world.archive('1', { changes: { content_type: key } });
    await world.verify(['1']);
    const [finding] = (await world.readReport()).findings;
    expect(finding?.differences[0]?.expected).toBe(key);
  });

  it('carries its SHA-256 on the page and on the terminal', async () => {
    const { stdout } = await world.verify(['--all']);
    const { sha256 } = JSON.parse(await readFile(`${world.reportFile}.json`, 'utf8'));
    expect([stdout, await world.readPage()]).toEqual([
      expect.stringContaining(sha256),
      expect.stringContaining(sha256),
    ]);
  });

  it('shows a hostile name on its page as nothing but text', async () => {
    await world.putObject(HOSTILE, Buffer.from('hostile'));
    await world.verify(['--all']);
    const page = await world.readPage();
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;\\u{202e}fdp.exe');
    expect(page).not.toContain('<img');
  });

  it('shows a hostile name on the terminal as nothing but text', async () => {
    await world.archive('1', { changes: { content_type: 'a/b\u001B[2J' } });
    expect((await world.verify(['1'])).stdout).toContain('expected a/b\\u{1b}[2J');
  });

  it('loads and runs nothing', async () => {
    await world.archive('1', { changes: { size_bytes: 11 } });
    await world.verify(['--all']);
    expect(await world.readPage()).not.toMatch(/<(script|link|img|iframe|object)|src=|href=|\son\w+=/i);
  });

  it('has more findings than the terminal shows', async () => {
    for (let task = 1; task <= 22; task += 1) {
      await world.putItem({ ...createItem(String(task), 'review_step', 'ARCHIVED') });
    }
    const { stdout } = await world.verify(['--all']);
    expect([stdout.match(/^different/gm)?.length, (await world.readReport()).findings.length]).toEqual([21, 22]);
    expect(stdout).toContain('… and 2 more');
  });

  it('is never written over another', async () => {
    await writeFile(`${world.reportFile}.html`, 'signed');
    const { exitCode, stderr } = await world.verify(['--all']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('already: name another file with --report')]);
    expect([await world.readPage(), (await readdir(world.directory)).toSorted()]).toEqual([
      'signed',
      ['report.html', 's3'],
    ]);
  });

  it('is refused where there is no such folder', async () => {
    world.reportFile = `${world.directory}/none/report`;
    const { exitCode, stderr } = await world.verify(['--all']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('cannot be written')]);
  });

  it('leaves nothing else behind', async () => {
    await world.verify(['--all']);
    expect((await readdir(world.directory)).toSorted()).toEqual(['report.html', 'report.json', 's3']);
  });

  it('names the caller as AWS knows it', async () => {
    const arn = 'arn:aws:sts::123456789012:assumed-role/Auditor/ann';
    const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    const sts = await startAnswering('AWS_ENDPOINT_URL_STS', { status: 200, type: 'text/xml', body });
    await world.verify(['--all']);
    await sts.close();
    expect((await world.readReport()).caller).toBe(arn);
  });

  it('asks nobody for the caller where S3 is not that of AWS', async () => {
    const sts = await startAnswering('AWS_ENDPOINT_URL_STS', { status: 200, type: 'text/xml', body: '<a/>' });
    delete world.env.AWS_ENDPOINT_URL_STS;
    await world.verify(['--all']);
    await sts.close();
    expect(sts.asked()).toBe(0);
  });

  it('is written without the caller where AWS does not say', async () => {
    const sts = await startAnswering('AWS_ENDPOINT_URL_STS', { status: 403, type: 'text/xml', body: '<a/>' });
    await world.verify(['--all']);
    await sts.close();
    expect((await world.readReport()).caller).toBeNull();
  });
});

describe('--json', () => {
  it('prints the counts and where the report is as one value, and nothing else', async () => {
    await world.archive('1', { changes: { size_bytes: 11 } });
    const { stdout } = await world.verify(['--all', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      documents: { checked: 1, different: 1 },
      keys: { keys: 1, recorded: 1 },
      report: `${world.reportFile}.json`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('an interruption', () => {
  it('leaves a report of what was checked so far, marked incomplete', async () => {
    for (let task = 1; task <= 20; task += 1) await world.archive(String(task));
    const interruption = new AbortController();
    const progress = (line: string) => {
      if (/(^| )[1-9]\d* records/.test(line)) interruption.abort();
    };
    let time = 0;
    const { exitCode } = await world.verify(['--all'], {
      terminal: { print: () => undefined, note: () => undefined, progress },
      now: () => (time += 1_000),
      signal: interruption.signal,
    });
    const { complete, stopped_by, documents } = await world.readReport();
    expect([exitCode, complete, stopped_by]).toEqual([130, false, 'interrupted']);
    expect(documents).toMatchObject({ different: 0, missing: 0, unreadable: 0, right: documents.checked });
    expect([documents.checked > 0, documents.checked < 20]).toEqual([true, true]);
  });

  it.each([[['--all']], [['--sample', '1']], [['1']]])('before anything was read counts nothing: %j', async (words) => {
    await world.archive('1');
    expect(await world.verify(words, { signal: AbortSignal.abort() })).toMatchObject({ exitCode: 130 });
    expect((await world.readReport()).documents.checked).toBe(0);
  });
});

describe('a refusal', () => {
  const sentence = 'User: arn:aws:iam::1:user/ann is not authorized to perform: dynamodb:Scan on resource: archive';
  const refusal = {
    status: 400,
    type: 'application/x-amz-json-1.0',
    body: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message: sentence }),
  };

  it('of the table says which permission is missing, and leaves no report', async () => {
    const table = await startAnswering('AWS_ENDPOINT_URL_DYNAMODB', refusal);
    const { exitCode, stderr } = await world.verify(['--all']);
    await table.close();
    expect([exitCode, stderr]).toEqual([3, 'The credentials lack the permission dynamodb:Scan on archive.']);
    expect(await readdir(world.directory)).toEqual(['s3']);
  });

  it('to list the bucket leaves a report of the documents, marked incomplete', async () => {
    await world.archive('1');
    world.s3.failNext('ListObjectVersions', { status: 403, code: 'AccessDenied' });
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 3 });
    expect(await world.readReport()).toMatchObject({ complete: false, documents: { checked: 1, right: 1 } });
  });

  it.each(['ExpiredToken', 'InvalidAccessKeyId'])('of the credentials ends it: %s', async (code) => {
    await world.archive('1');
    world.s3.failNext('GetObject', { status: 403, code });
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 3 });
  });
});

describe('wrong words', () => {
  it.each([
    [[], 'Say what to verify, one of these: a task, --sample N, --all.'],
    [['1', '--all'], 'Say what to verify, one of these: a task, --sample N, --all.'],
    [['--all', '--sample', '3'], 'Say what to verify, one of these: a task, --sample N, --all.'],
    [['--sample', '0'], '--sample takes a whole number from 1 to 100000, not "0".'],
    [['--sample', '1e3'], '--sample takes a whole number from 1 to 100000, not "1e3".'],
    [['../1'], '"../1" is no task id: expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit.'],
    [
      ['1', '#task'],
      '"#task" is no step id: expected 1 to 128 letters, digits or . _ : - that begin with a letter or digit, after #file: or #signed: where no step generated the document.',
    ],
    [['--al'], "error: unknown option '--al'\n(Did you mean --all?)"],
  ])('%j are answered with one sentence', async (words, sentence) => {
    expect(await world.verify(words)).toEqual({ exitCode: 2, stdout: '', stderr: sentence });
  });

  it('of a step without a task are the same', async () => {
    expect(await world.verify(['1', '2', '3'])).toMatchObject({ exitCode: 2 });
  });
});
