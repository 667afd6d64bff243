import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of the embedded stack: where it listens, and how to end it. */
export type Listening = { url: string; port: number; close: () => Promise<void> };

/** Everything local binds to this address: what the stack serves, and the secrets it prints, stay on this machine. */
export const loopback = '127.0.0.1';

/** Starts `server` on 127.0.0.1 only; port 0 takes any free one. Rejects with the system's `EADDRINUSE` if the port is taken. */
export async function listenOnLoopback(server: Server, port = 0): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, loopback, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${loopback}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
