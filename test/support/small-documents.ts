import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { type Listening, listenOnLoopback } from '../../local/listen-on-loopback.ts';

/** The document of a task: 1 to 4 KB, of no other task. */
export function makeSmallDocument(taskId: string): Buffer {
  const seed = createHash('sha256').update(taskId).digest();
  return Buffer.alloc(1024 + (seed.readUInt16BE() % 3072), `%PDF-1.7 ${taskId} ${seed.toString('hex')}\n`);
}

/** A vendor and its storage, with a document for every task. `onAsked` hears of each question for a link. */
export function startSmallDocuments(onAsked: () => void): Promise<Listening> {
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    const taskId = /task_\d+/.exec(url)?.[0] ?? '';
    if (url.startsWith('/tasks/')) {
      onAsked();
      const body = JSON.stringify({ download_url: `http://${headers.host}/${taskId}`, file_name: 'Contract.pdf' });
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    }
    const content = makeSmallDocument(taskId);
    response.writeHead(200, { 'content-length': content.length, etag: `"${taskId}"` }).end(content);
  });
  return listenOnLoopback(server);
}
