import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Command } from '../../bench/commands.ts';
import { runCommand } from '../../bench/run-command.ts';
import { startTarget } from '../../bench/target.ts';

type Target = Awaited<ReturnType<typeof startTarget>>;

let target: Target;
beforeEach(async () => {
  target = await startTarget();
});
afterEach(() => target.close());

/** Node stands in for a program that copies; `script` runs with the document's URL, the target's and the key. */
const createCommand = (script: string): Command => ({
  name: 'node',
  programs: ['node'],
  writeLine: ({ targetUrl }, sourceUrl, key) =>
    `'${process.execPath}' -e '${script}' ${sourceUrl} ${targetUrl}/archive/${key}`,
});
const STORE = 'fetch(process.argv[2], { method: "PUT", body: process.argv[1] });';

const run = (script: string, documents = 1) =>
  runCommand(createCommand(script), {
    servers: { sourceUrl: 'http://source', targetUrl: target.url },
    sizeBytes: 10,
    documents,
    warmUps: 0,
  });

it('copies the document of that size each time', async () => {
  await run(STORE, 2);
  expect(target.takeStored()).toEqual({ objects: 2, bytes: 2 * 'http://source/size_10'.length });
});

it('gives each a key of its own', async () => {
  await run(STORE, 2);
  const [first, second] = await Promise.all(
    [0, 1].map((index) => fetch(`${target.url}/archive/tasks/document_${index}/Contract.pdf`, { method: 'HEAD' })),
  );
  expect([first?.status, second?.status]).toEqual([200, 200]);
});

it('counts the CPU of what a command starts in turn', async () => {
  const spin = 'const spent = () => { const { user, system } = process.cpuUsage(); return user + system; };';
  const program = JSON.stringify(`${spin} while (spent() < 5e5);`);
  expect(await run(`require("node:child_process").execFileSync(process.execPath, ["-e", ${program}])`)).toBeGreaterThan(
    0.5,
  );
});

it('fails with the command', async () => {
  await expect(run('process.exit(3)')).rejects.toThrow();
});

it("gives the command PATH, and nothing else of this process's environment, such as NODE_OPTIONS of `npm test`", async () => {
  await run('if (process.env.NODE_OPTIONS || !process.env.PATH) process.exit(3)');
});
