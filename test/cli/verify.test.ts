import { CreateBucketCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chooseShard } from '../../lib/shard.ts';
import { createItem, startVerifyWorld, type VerifyWorld } from '../support/verify-world.ts';

let world: VerifyWorld;

beforeEach(async () => {
  world = await startVerifyWorld();
});
afterEach(() => world.close());

const OTHER_HASH = '0'.repeat(64);

/** What the report says was found, shortened. */
const readFound = async () =>
  (await world.readReport()).findings.map(({ kind, task_id, differences }) => [
    kind,
    task_id,
    ...differences.map(({ field }) => field),
  ]);

describe('verify', () => {
  it('finds nothing where everything is as it was archived', async () => {
    await world.archive('1');
    await world.archive('2');
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
  });

  it('counts what it checked, and what S3 had a checksum for', async () => {
    await world.archive('1', { text: 'twelve bytes' });
    await world.verify(['--all']);
    expect((await world.readReport()).documents).toEqual({
      records: 1,
      tasks: 0,
      being_replaced: 0,
      not_archived: {},
      checked: 1,
      right: 1,
      different: 0,
      missing: 0,
      unreadable: 0,
      bytes_read: 12,
      s3_checksum: { sha256: 1, crc32: 0, none: 0 },
    });
  });

  it('finds a byte that was flipped in the bucket', async () => {
    await world.archive('1', { text: 'flipped' });
    await world.archive('2', { text: 'whole' });
    await world.flipByte('flipped');
    await world.verify(['--all']);
    expect(await readFound()).toEqual([['different', '1', 'sha256', 'sha256 that S3 keeps']]);
  });

  it('exits with 1 on a difference', async () => {
    await world.archive('1', { text: 'flipped' });
    await world.flipByte('flipped');
    expect(await world.verify(['1'])).toMatchObject({ exitCode: 1 });
  });

  it('reads the manifest of a task back like a document', async () => {
    await world.archive('1', { text: 'twelve bytes' });
    await world.writeManifest('1');

    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
    expect(await world.readReport()).toMatchObject({
      documents: { records: 2, tasks: 0, checked: 2, right: 2 },
      keys: { keys: 2, recorded: 2 },
    });
  });

  it.each([
    ['another hash', { sha256: OTHER_HASH }, ['different', '1', 'sha256', 'metadata sha256']],
    ['another version', { version_id: 'gone' }, ['missing', '1']],
  ])('finds a manifest of which its record says %s', async (_, changes, found) => {
    await world.writeManifest('1', changes);
    await world.verify(['1']);

    expect(await readFound()).toEqual([found]);
  });

  it('takes a manifest whose task has something left to do for one that is being worked on', async () => {
    const changes = { key: undefined, version_id: undefined, sha256: undefined, unfinished: chooseShard('1') };
    await world.writeManifest('1', changes);
    await world.archive('1');

    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
    expect(await world.readReport()).toMatchObject({ keys: { under_way: 1, recorded: 1 } });
  });

  it('says what it expected and what it found', async () => {
    const { key } = await world.archive('1', { changes: { size_bytes: 11 } });
    const { stdout } = await world.verify(['1']);
    expect(stdout).toContain(`different: 1 review_step, ${key}`);
    expect(stdout).toContain('  size_bytes: expected 11, found 10');
  });

  it.each([
    ['sha256', { sha256: OTHER_HASH }, ['sha256', 'metadata sha256']],
    ['size_bytes', { size_bytes: 11 }, ['size_bytes']],
    ['etag', { etag: '"other"' }, ['etag']],
    ['content_type', { content_type: 'text/plain' }, ['content_type']],
  ])('finds a record whose %s was changed', async (_, changes, fields) => {
    await world.archive('1', { changes });
    await world.verify(['1']);
    expect(await readFound()).toEqual([['different', '1', ...fields]]);
  });

  it('finds a record that names the object of another document', async () => {
    const { key, version_id, etag } = await world.archive('1');
    await world.archive('2', { changes: { key, version_id, etag } });
    await world.verify(['2']);
    expect(await readFound()).toEqual([['different', '2', 'metadata task-id']]);
  });

  it('reads the recorded version, not the newest', async () => {
    const { key } = await world.archive('1');
    await world.putObject(key, Buffer.from('newer'));
    expect(await world.verify(['1'])).toMatchObject({ exitCode: 0 });
  });

  it('finds that the recorded version was deleted', async () => {
    const { key, version_id } = await world.archive('1');
    await world.putObject(key, Buffer.from('newer'));
    await world.s3.client.send(new DeleteObjectCommand({ Bucket: world.s3.bucket, Key: key, VersionId: version_id }));
    await world.verify(['1']);
    expect(await readFound()).toEqual([['missing', '1']]);
  });

  it('finds a record whose version is a delete marker', async () => {
    const { key, ...item } = await world.archive('1');
    const { VersionId } = await world.s3.client.send(new DeleteObjectCommand({ Bucket: world.s3.bucket, Key: key }));
    await world.putItem({ ...item, key, version_id: VersionId });
    await world.verify(['1']);
    expect(await readFound()).toEqual([['missing', '1']]);
  });

  it('finds a record whose object is not there', async () => {
    await world.archive('1', { changes: { key: 'tasks/1/steps/review_step/gone.pdf' } });
    await world.verify(['1']);
    expect(await readFound()).toEqual([['missing', '1']]);
  });

  it.each([
    ['may not be read', 403, 'AccessDenied'],
    ['is encrypted with a key that is off', 400, 'KMS.DisabledException'],
    ['lies in a class that has to be restored first', 403, 'InvalidObjectState'],
  ])('calls an object unreadable, not different, that %s', async (_, status, code) => {
    await world.archive('1');
    world.s3.failNext('GetObject', { status, code });
    await world.verify(['1']);
    expect(await readFound()).toEqual([['unreadable', '1']]);
  });

  it('exits with 1 where something could not be read', async () => {
    await world.archive('1');
    world.s3.failNext('GetObject', { status: 403, code: 'AccessDenied' });
    expect(await world.verify(['1'])).toMatchObject({ exitCode: 1 });
  });

  it('counts what is not archived by its status, and does not check it', async () => {
    await world.archive('1');
    await world.putItem(createItem('2', 'review_step', 'FAILED'));
    await world.putItem(createItem('3', 'review_step', 'PENDING'));
    await world.putItem(createItem('4', 'review_step', 'PENDING'));
    await world.putItem(createItem('1', '#task', 'DISCOVERED'));
    await world.verify(['--all']);
    expect((await world.readReport()).documents).toMatchObject({
      records: 5,
      tasks: 1,
      not_archived: { FAILED: 1, PENDING: 2 },
      checked: 1,
    });
  });

  it('finds that an archived record was called something else', async () => {
    await world.archive('1', { changes: { status: 'NOT_FOUND' } });
    await world.verify(['1']);
    expect(await readFound()).toEqual([['different', '1', 'status']]);
  });

  it.each([
    ['has no hash', { sha256: '' }, 'sha256'],
    ['has a hash that is none', { sha256: { a: 1 } }, 'sha256'],
    ['has a size in words', { size_bytes: 'ten' }, 'size_bytes'],
    ['has an unknown status', { status: 'SPOILT' }, 'status'],
    ['has no bucket', { bucket: '' }, 'bucket'],
    ['has a version without a name', { version_id: '' }, 'version_id'],
    ['has a size that is no number here', { size_bytes: 2n ** 80n }, 'size_bytes'],
  ])('finds a spoilt record: it %s', async (_, changes, field) => {
    await world.archive('1', { changes });
    await world.verify(['1']);
    expect(await readFound()).toEqual([['different', '1', field]]);
  });

  it('verifies a bucket without versions', async () => {
    await world.close();
    world = await startVerifyWorld({ versioning: false });
    await world.archive('1', { text: 'flipped' });
    await world.archive('2');
    await world.flipByte('flipped');
    await world.verify(['--all']);
    expect((await world.readReport()).keys).toMatchObject({ keys: 2, recorded: 2 });
    expect(await readFound()).toEqual([['different', '1', 'sha256', 'sha256 that S3 keeps']]);
  });

  it.each([[['--all']], [['--sample', '5']]])('calls nothing right where there is no record: %j', async (words) => {
    const { exitCode, stderr } = await world.verify(words);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Nothing was checked: no record that')]);
  });

  it('counts apart what archive replaces right now where the bucket has no versions', async () => {
    await world.close();
    world = await startVerifyWorld({ versioning: false });
    const { key } = await world.archive('1', { changes: { unfinished: '3' } });
    await world.putObject(key, Buffer.from('newer, and not recorded yet'));
    await world.archive('2');

    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
    expect((await world.readReport()).documents).toMatchObject({ records: 2, checked: 1, being_replaced: 1 });
  });

  it.each([
    ['nobody is at work on', {}],
    ['is spoilt besides', { unfinished: '3', sha256: 'none' }],
  ])('finds another object in a bucket without versions whose record %s', async (_, changes) => {
    await world.close();
    world = await startVerifyWorld({ versioning: false });
    const { key } = await world.archive('1', { changes });
    await world.putObject(key, Buffer.from('another'));
    await world.verify(['1']);
    expect((await readFound()).map((found) => found.slice(0, 3))).toEqual([['different', '1', 'sha256']]);
  });

  it('finds another object than the recorded version though archive is at work', async () => {
    await world.archive('1', { text: 'flipped', changes: { unfinished: '3' } });
    await world.flipByte('flipped');
    await world.verify(['1']);
    expect((await readFound()).map((found) => found.slice(0, 3))).toEqual([['different', '1', 'sha256']]);
  });

  it.each([[['--all']], [['--sample', '5']], [['1']], [['1', 'review_step']]])(
    'calls nothing right where nothing is archived: %j',
    async (words) => {
      await world.putItem(createItem('1', 'review_step', 'FAILED'));
      const { exitCode, stderr } = await world.verify(words);
      expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Nothing was checked: no record that')]);
    },
  );

  it('says on its page that nothing was checked', async () => {
    await world.verify(['--all']);
    expect(await world.readPage()).toContain('<p class="found"><strong>Nothing was checked');
  });

  it('verifies only the task that it was told', async () => {
    await world.archive('1');
    await world.archive('12');
    await world.verify(['1']);
    expect((await world.readReport()).documents.checked).toBe(1);
  });

  it('verifies only the step that it was told', async () => {
    await world.archive('1');
    await world.archive('1', { stepId: 'sign_step' });
    await world.verify(['1', 'sign_step']);
    expect((await world.readReport()).documents.checked).toBe(1);
  });

  it.each([[['404']], [['404', 'review_step']]])('says that there is no record of %j', async (words) => {
    const { exitCode, stderr } = await world.verify(words);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('There is no record of task 404')]);
  });

  it('draws as many as it was told', async () => {
    for (const taskId of ['1', '2', '3', '4']) await world.archive(taskId);
    await world.putItem(createItem('5', 'review_step', 'FAILED'));
    await world.verify(['--sample', '3']);
    expect(await world.readReport()).toMatchObject({ documents: { checked: 3 }, drawn: { from: 4 } });
  });

  it('draws spoilt records, too', async () => {
    await world.archive('1', { changes: { sha256: 'none' } });
    await world.verify(['--sample', '1']);
    expect(await readFound()).toEqual([['different', '1', 'sha256']]);
  });

  it('never writes to bucket or table', async () => {
    await world.archive('1', { text: 'flipped' });
    await world.archive('2', { changes: { sha256: 'none' } });
    await world.putObject('tasks/3/steps/review_step/NDA.pdf', Buffer.from('nobody knows'));
    await world.flipByte('flipped');
    const items = await world.listItems();
    const before = world.s3.operations.length;
    await world.verify(['--all']);
    const asked = new Set(world.s3.operations.slice(before).map(({ operation }) => operation));
    expect([asked, await world.listItems()]).toEqual([new Set(['GetObject', 'ListObjectVersions']), items]);
  });
});

describe('the bucket against the table', () => {
  it.each([
    'tasks/1/steps/review_step/NDA.pdf',
    'tasks/1/steps/sign_step/a b+c%20ä\u{2028}.pdf',
    'tasks/1/elsewhere',
    'tasks/$/steps/review_step/NDA.pdf',
  ])('finds an object without a record: %j', async (key) => {
    await world.putItem(createItem('1', '#task', 'DISCOVERED'));
    await world.putObject(key, Buffer.from('nobody knows'));
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 1 });
    expect((await world.readReport()).findings).toMatchObject([{ kind: 'object_without_record', key }]);
  });

  it('finds an object whose record names another one', async () => {
    await world.archive('1', { changes: { key: 'tasks/1/steps/review_step/gone.pdf' } });
    await world.verify(['--all']);
    expect(await readFound()).toEqual([
      ['missing', '1'],
      ['object_without_record', '1'],
    ]);
  });

  it('reports a newer version than the recorded one apart', async () => {
    const { key, version_id } = await world.archive('1');
    const newer = await world.putObject(key, Buffer.from('newer'));
    await world.verify(['--all']);
    const report = await world.readReport();
    const newest = { field: 'newest version', expected: version_id, found: newer.version_id };
    expect(report.findings).toMatchObject([{ kind: 'newer_version', key, differences: [newest] }]);
    expect(report.documents).toMatchObject({ checked: 1, right: 1 });
  });

  it('reports a delete marker on top of an archived object', async () => {
    const { key } = await world.archive('1');
    await world.s3.client.send(new DeleteObjectCommand({ Bucket: world.s3.bucket, Key: key }));
    await world.verify(['--all']);
    expect((await world.readReport()).findings).toMatchObject([
      { kind: 'newer_version', differences: [{ found: expect.stringContaining('(a delete marker)') }] },
    ]);
  });

  it('takes older versions for what they are', async () => {
    const { key } = await world.archive('1', { text: 'older' });
    expect((await world.archive('1', { text: 'newer' })).key).toBe(key);
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
  });

  it('counts apart what is being worked on', async () => {
    const { key } = await world.archive('1', { changes: { unfinished: '3' } });
    await world.putObject(key, Buffer.from('newer'));
    await world.putObject('tasks/2/steps/review_step/NDA.pdf', Buffer.from('first'));
    await world.putItem({ ...createItem('2', 'review_step', 'COPYING'), unfinished: '3' });
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
    expect((await world.readReport()).keys).toMatchObject({ keys: 2, under_way: 2 });
  });

  it('counts apart what nothing but a delete marker is left of', async () => {
    const Key = 'tasks/1/steps/review_step/NDA.pdf';
    await world.s3.client.send(new DeleteObjectCommand({ Bucket: world.s3.bucket, Key }));
    await world.archive('2');
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
    expect((await world.readReport()).keys).toMatchObject({ keys: 2, only_deleted: 1 });
  });

  it('looks below the prefix that was set, and names task and step of what it finds there', async () => {
    world.env.ARCHIVE_KEY_PREFIX = 'legal/';
    await world.putObject('legal/tasks/1/steps/review_step/NDA.pdf', Buffer.from('nobody knows'));
    await world.putObject('tasks/2/steps/review_step/NDA.pdf', Buffer.from('not ours'));
    await world.verify(['--all']);
    expect((await world.readReport()).findings).toMatchObject([{ task_id: '1', step_id: 'review_step' }]);
  });

  it('finds every record elsewhere where the prefix was forgotten', async () => {
    await world.archive('1');
    world.env.ARCHIVE_KEY_PREFIX = 'legal/';
    const { exitCode, stderr } = await world.verify(['--all']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('below legal/tasks/: 1; are ARCHIVE_BUCKET')]);
    expect((await world.readReport()).findings).toMatchObject([
      { kind: 'elsewhere', key: 'tasks/1/steps/review_step/NDA.pdf', differences: [{ field: 'key' }] },
    ]);
  });

  it('finds every record elsewhere where the bucket is another one', async () => {
    await world.archive('1');
    await world.s3.client.send(new CreateBucketCommand({ Bucket: 'other' }));
    world.env.ARCHIVE_BUCKET = 'other';
    await world.verify(['--all']);
    expect((await world.readReport()).findings).toMatchObject([
      { kind: 'elsewhere', differences: [{ field: 'bucket', expected: 'other', found: world.s3.bucket }] },
    ]);
    expect((await world.readReport()).keys).toMatchObject({ keys: 0, elsewhere: 1 });
  });

  it('looks only below the prefix of the archive', async () => {
    await world.putObject('elsewhere/tasks/1', Buffer.from('not ours'));
    await world.archive('1');
    expect(await world.verify(['--all'])).toMatchObject({ exitCode: 0 });
  });
});
