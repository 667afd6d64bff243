import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demonstrate } from '../../local/demonstration.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import type { VendorStep, VendorTask } from '../../local/vendor-task.ts';

const pdf = Buffer.from('%PDF-1.7\n%%EOF\n');
const createStep = (stepId: string, content: Buffer | 'never'): VendorStep => ({
  stepId,
  stepName: stepId,
  stepType: 'document_generation',
  document: { fileName: `${stepId}.pdf`, contentType: 'application/pdf', content },
});

const task: VendorTask = {
  taskId: 'task_demo',
  title: 'A contract',
  status: 'completed',
  workflowId: 'wf_msa_review',
  workflowName: 'Master Services Agreement',
  createdAt: '2025-11-03T09:12:44.031Z',
  steps: [createStep('draft_step', pdf), createStep('summary_step', 'never')],
};

let stack: Stack;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chamelio-archive-'));
  stack = await startStack({ directory, tasks: [task], environment: { POWERTOOLS_LOG_LEVEL: 'SILENT' } });
});

afterAll(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

async function show(changes: { stack?: Stack; task?: VendorTask; copiesDirectory?: string } = {}) {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const problems = await demonstrate({ stack, task, copiesDirectory: undefined, print, ...changes });
  return { problems, text: lines.join('\n') };
}

const answerBrokenObject = async () => ({ Body: { transformToByteArray: async () => Buffer.from('broken') } });
const answerUnauthorised = async () => new Response('{"detail":"no"}', { status: 401 });

describe('the demonstration', () => {
  it('finds no fault with a document that is archived, nor with one that does not exist yet', async () => {
    const { problems, text } = await show();

    expect(problems).toEqual([]);
    expect(text).toMatch(/draft_step +ARCHIVED/);
    expect(text).toMatch(/summary_step +PENDING\n +reason /);
    expect(text).toMatch(/on the event bus +1 × Document Archived/);
  });

  it('leaves a copy of what it archived, to open', async () => {
    const copiesDirectory = join(directory, 'documents');
    await show({ copiesDirectory });

    expect(await readFile(join(copiesDirectory, 'draft_step.pdf'))).toEqual(pdf);
  });

  it('names a document that has no record', async () => {
    const steps = [...task.steps, createStep('lost_step', pdf)];
    expect((await show({ task: { ...task, steps } })).problems).toEqual(['lost_step has no record.']);
  });

  it('names a document that should be archived and is not', async () => {
    const steps = [createStep('summary_step', pdf)];
    expect((await show({ task: { ...task, steps } })).problems).toEqual([
      expect.stringMatching(/^summary_step is [A-Z_]+ instead of ARCHIVED\.$/),
    ]);
  });

  it('names bytes that are not the recorded ones', async () => {
    const tampered = { ...stack, s3: { ...stack.s3, client: { send: answerBrokenObject } } } as unknown as Stack;

    expect((await show({ stack: tampered })).problems).toEqual([
      expect.stringMatching(/^draft_step: the bytes in S3 hash to [0-9a-f]{64}, not as recorded\.$/),
    ]);
  });

  it('names a document of which the bus was not told', async () => {
    const untold = { ...stack, bus: { ...stack.bus, events: [] } };

    expect((await show({ stack: untold })).problems).toEqual(['draft_step: the event bus was not told of it.']);
  });

  it('says when the webhook does not take the event', async () => {
    const refusing = { ...stack, postWebhook: answerUnauthorised };

    expect((await show({ stack: refusing })).problems).toEqual(['The webhook answered 401 instead of 202.']);
  });
});

it('npm start -- --once ends by itself and says what it archived', async () => {
  const start = join(import.meta.dirname, '../../local/start.ts');
  // Rejects on any exit code but 0.
  const { stdout } = await promisify(execFile)(process.execPath, [start, '--once'], { env: {} });

  expect(stdout.match(/ARCHIVED/g)).toHaveLength(3);
  expect(stdout.match(/read back from S3: the same/g)).toHaveLength(3);
  expect(stdout).toMatch(/summary_step +PENDING/);
  expect(stdout).toMatch(/All that can be archived is archived/);
});
