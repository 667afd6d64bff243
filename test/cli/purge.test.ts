import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT } from '../../cli/context.ts';
import { recogniseRecord } from '../../cli/verify-record.ts';
import { type PurgeWorld, startPurgeWorld } from '../support/purge-world.ts';
import { NOON } from '../support/run-cli.ts';

const REASON = 'erasure request 2026-118';
const noon = new Date(NOON).toISOString();
const later = new Date(NOON + 60_000).toISOString();

let world: PurgeWorld;
let count = 0;
let taskId: string;
beforeAll(async () => {
  world = await startPurgeWorld();
});
afterAll(async () => {
  await world?.close();
});
beforeEach(async () => {
  world.locked.lock({});
  world.locked.failWhere(undefined);
  count += 1;
  taskId = `task_${count}`;
  await world.archive(taskId);
});

const purge = (...words: string[]) => world.purge([taskId, '--reason', REASON, ...words]);
const tombstoneOf = (step_id: string) => ({
  task_id: taskId,
  step_id,
  schema: 1,
  status: 'PURGED',
  reason: REASON,
  purged_at: noon,
  created_at: '2026-03-02T11:00:00.000Z',
  updated_at: noon,
});

describe('a purged task', () => {
  it('has no version of any object left, and of its records that it was purged, when and why', async () => {
    await world.hide(`tasks/${taskId}/steps/signed/Dana Levi.pdf`);
    const { exitCode, printed, noted } = await purge();

    expect({ exitCode, printed, noted }).toEqual({
      exitCode: EXIT.ok,
      printed: [
        'Erased: 4 versions of 3 objects (36 bytes), 1 delete markers, what 3 records said.',
        `Task ${taskId} is purged: ${REASON}`,
      ],
      noted: [],
    });
    expect(await world.listKeys(`tasks/${taskId}/`)).toEqual([]);
    expect(await world.listItems(taskId)).toEqual([tombstoneOf('#task'), tombstoneOf('draft'), tombstoneOf('signed')]);
  });

  it('is told of in one JSON value with --json', async () => {
    const { printed } = await purge('--json');

    expect(printed.map((line) => JSON.parse(line))).toEqual([
      {
        task_id: taskId,
        reason: REASON,
        dry_run: false,
        records: 3,
        objects: 3,
        versions: 4,
        delete_markers: 0,
        bytes: 36,
        uploads: 0,
      },
    ]);
  });

  it('leaves a task whose id begins with its own alone', async () => {
    await world.archive(`${taskId}0`);
    await purge();

    expect(await world.listKeys(`tasks/${taskId}0/`)).toHaveLength(4);
    expect((await world.listItems(`${taskId}0`)).map(({ status }) => status)).toEqual([
      'DISCOVERED',
      'ARCHIVED',
      'ARCHIVED',
    ]);
  });

  it('has nothing left where its records say its objects are, under whatever prefix, and what lies beside them stays', async () => {
    const elsewhere = `elsewhere_${count}`;
    await world.archive(elsewhere, { prefix: 'before/' });
    await world.store(`before/tasks/${elsewhere}/steps/draft/Dana Levi.pdf.bak`);
    await world.purge([elsewhere, '--reason', REASON]);

    // The manifest there has no record that names it.
    expect(await world.listKeys(`before/tasks/${elsewhere}/`)).toEqual([
      `before/tasks/${elsewhere}/manifest.json`,
      `before/tasks/${elsewhere}/steps/draft/Dana Levi.pdf.bak`,
    ]);
    expect((await world.listItems(elsewhere)).filter((item) => 'key' in item)).toEqual([]);
  });

  it('has no upload left that was in progress', async () => {
    const Key = `tasks/${taskId}/steps/draft/Dana Levi.pdf`;
    await world.client.send(new CreateMultipartUploadCommand({ Bucket: world.bucket, Key }));
    const { printed } = await purge();
    const { Uploads = [] } = await world.client.send(new ListMultipartUploadsCommand({ Bucket: world.bucket }));

    expect(printed[0]).toContain('1 uploads');
    expect(Uploads).toEqual([]);
  });

  it('takes nothing of others with it, whatever its records say', async () => {
    const other = `tasks/other_${count}/steps/a/a.pdf`;
    await world.store(other);
    await world.put({ task_id: taskId, step_id: 'spoilt', status: 'ARCHIVED', bucket: world.bucket, key: 'tasks/' });
    await world.put({ task_id: taskId, step_id: 'wrong', status: 'ARCHIVED', bucket: world.bucket, key: other });
    await purge();

    expect(await world.listKeys(other)).toEqual([other]);
  });

  it('is purged although the lease of one of its records is spoilt', async () => {
    await world.put({ task_id: taskId, step_id: 'draft', status: 'COPYING', lease_expires_at: 'z' });

    expect((await purge()).exitCode).toBe(EXIT.ok);
  });

  it('may have objects and no record, or records and no object', async () => {
    await world.store(`tasks/only_objects_${count}/steps/a/a.pdf`);
    await world.put({ task_id: `only_records_${count}`, step_id: 'a', status: 'FAILED' });
    const purged = [
      await world.purge([`only_objects_${count}`, '--reason', REASON]),
      await world.purge([`only_records_${count}`, '--reason', REASON]),
    ];

    expect(purged.map(({ exitCode }) => exitCode)).toEqual([EXIT.ok, EXIT.ok]);
    expect(await world.listKeys(`tasks/only_objects_${count}/`)).toEqual([]);
    // The tombstone of the task itself, too: later events ask for the task.
    expect((await world.listItems(`only_objects_${count}`)).map(({ status }) => status)).toEqual(['PURGED']);
    expect((await world.listItems(`only_records_${count}`)).map(({ status }) => status)).toEqual(['PURGED', 'PURGED']);
  });

  it('can be purged again, which takes what has come since and keeps why it was purged', async () => {
    await purge();
    await world.store(`tasks/${taskId}/manifest.json`);
    const { exitCode, printed } = await world.purge([taskId, '--reason', 'another']);

    expect([exitCode, printed[0]]).toEqual([
      EXIT.ok,
      'Erased: 1 versions of 1 objects (9 bytes), what 0 records said.',
    ]);
    expect(printed[1]).toBe(`Task ${taskId} is purged: ${REASON}`);
    expect(await world.listKeys(`tasks/${taskId}/`)).toEqual([]);
    expect((await world.listItems(taskId)).map(({ reason }) => reason)).toEqual([REASON, REASON, REASON]);
  });

  it('is shown as such by status', async () => {
    await purge();
    const { printed } = await world.run(['status', taskId]);

    expect(printed[0]).toMatch(`${taskId} #task  PURGED`);
    expect(printed[1]).toBe(`  purged ${noon}: ${REASON}`);
  });

  it.each([
    ['is right to verify', {}, 'not_archived'],
    ['is not as it should be while a record says where its object is', { key: 'tasks/1/steps/a/a.pdf' }, 'spoilt'],
  ])('%s', (_, more, kind) => {
    expect(recogniseRecord({ ...tombstoneOf('signed'), ...more }).kind).toBe(kind);
  });
});

describe('nothing is erased', () => {
  const everything = async () => ({
    keys: await world.listKeys(`tasks/${taskId}/`),
    items: await world.listItems(taskId),
  });

  it('by a dry run, which says what would be', async () => {
    const before = await everything();
    const { exitCode, printed } = await purge('--dry-run');

    expect([exitCode, printed]).toEqual([
      EXIT.ok,
      ['Would be erased: 4 versions of 3 objects (36 bytes), what 3 records said.'],
    ]);
    expect(await everything()).toEqual(before);
  });

  it('while somebody works on one of its documents, and it says until when', async () => {
    const lease = { lease_id: 'l', lease_expires_at: later };
    await world.put({ task_id: taskId, step_id: 'draft', status: 'COPYING', ...lease });
    const before = await everything();
    const { exitCode, noted } = await purge();

    expect([exitCode, noted]).toEqual([
      EXIT.failed,
      [`Somebody works on document draft, until ${later} at most. Run it again then.`],
    ]);
    expect(await everything()).toEqual(before);
  });

  it.each([
    [
      'its retention lasts',
      { retention: { 'signed/Dana Levi.pdf': '2031-01-01T00:00:00Z' } },
      'until 2031-01-01T00:00:00.000Z',
    ],
    ['it is under a legal hold', { retention: {}, holds: ['signed/Dana Levi.pdf'] }, 'until its legal hold is lifted'],
  ])('while a version is locked, and it says until when (%s)', async (_, locks, until) => {
    world.locked.lock(locks);
    const before = await everything();
    const { exitCode, noted } = await purge();

    expect([exitCode, noted]).toEqual([
      EXIT.failed,
      [
        expect.stringMatching(new RegExp(`^Locked ${until}: tasks/${taskId}/steps/signed/Dana Levi.pdf`)),
        'Nothing was purged: 1 versions are under Object Lock.',
      ],
    ]);
    expect(await everything()).toEqual(before);
  });

  it('of a task of which nothing is known', async () => {
    const { exitCode, noted } = await world.purge(['nobody', '--reason', REASON]);

    expect([exitCode, noted]).toEqual([EXIT.found, ['There is nothing of task nobody.']]);
    expect(await world.listItems('nobody')).toEqual([]);
  });

  it.each([
    [['--reason', '  '], '--reason says nothing: a purge has to say why.'],
    [['--reason', 'x'.repeat(1025)], '--reason is longer than 1024 characters.'],
    [[], "error: required option '--reason <text>' not specified"],
    [['--reason', 'x', '--jsn'], "error: unknown option '--jsn'\n(Did you mean --json?)"],
  ])('when the words are wrong (%j)', async (words, complaint) => {
    const before = await everything();
    const { exitCode, noted } = await world.purge([taskId, ...words]);

    expect([exitCode, noted]).toEqual([EXIT.usage, [complaint]]);
    expect(await everything()).toEqual(before);
  });
});

it('does not mind a lock that is over', async () => {
  world.locked.lock({ retention: { '.pdf': '2020-01-01T00:00:00Z' } });

  expect((await purge()).exitCode).toBe(EXIT.ok);
  expect(await world.listKeys(`tasks/${taskId}/`)).toEqual([]);
});

describe('a purge that stopped half-way', () => {
  it('has let nobody archive again what is not gone yet, and goes on when it is run again', async () => {
    world.locked.failWhere((name) => name.startsWith('DELETE') && name.includes('signed'));
    const { exitCode, noted } = await purge();
    expect([exitCode, noted]).toEqual([EXIT.failed, ['AccessDenied']]);
    expect((await world.listItems(taskId)).map(({ status, key }) => [status, typeof key])).toEqual([
      ['PURGED', 'undefined'],
      ['PURGED', 'string'],
      ['PURGED', 'string'],
    ]);

    world.locked.failWhere(undefined);
    expect((await purge()).exitCode).toBe(EXIT.ok);
    expect(await world.listKeys(`tasks/${taskId}/`)).toEqual([]);
    expect((await world.listItems(taskId)).some((item) => 'key' in item)).toBe(false);
  });

  it('by Ctrl-C ends with 130, and says how to go on', async () => {
    const interruption = new AbortController();
    world.locked.failWhere((name) => {
      if (name.startsWith('DELETE')) interruption.abort();
      return false;
    });
    const { exitCode, noted } = await world.purge([taskId, '--reason', REASON], { signal: interruption.signal });

    expect([exitCode, noted]).toEqual([EXIT.interrupted, ['Interrupted: run it again to go on with it.']]);
    world.locked.failWhere(undefined);
    expect((await purge()).exitCode).toBe(EXIT.ok);
    expect(await world.listKeys(`tasks/${taskId}/`)).toEqual([]);
  });
});
