import http from 'node:http';
import { argv } from 'node:process';
import { createHttpGet } from '../../lib/http-get.ts';

/** In a process of its own, since node reads at its start that proxies are to be used. Prints who answered what. */
const [plain, secure] = argv.slice(2) as [string, string];
const { get, close } = createHttpGet({ isPublic: () => true });
const { signal } = new AbortController();

const ask = (url: string, mayBePrivate: boolean) =>
  get(new URL(url), { stage: 'download', signal, mayBePrivate }).then(
    ({ headers, close: finish }) => {
      finish();
      return headers.server;
    },
    ({ code }: { code: string }) => code,
  );

/** What node does when it is left to itself. */
const askAsUsual = () =>
  new Promise((resolve) => {
    http.get(plain, { agent: http.globalAgent }, (answer) => {
      answer.destroy();
      resolve(answer.headers.server);
    });
  });

process.stdout.write(
  JSON.stringify({
    download: await ask(plain, false),
    vendor: await ask(plain, true),
    secureDownload: await ask(secure, false),
    secureVendor: await ask(secure, true),
    asUsual: await askAsUsual(),
  }),
);
close();
http.globalAgent.destroy();
