declare module 'dynalite' {
  import type { Server } from 'node:http';

  type Options = { createTableMs?: number; deleteTableMs?: number; updateTableMs?: number; path?: string };

  function dynalite(options?: Options): Server;
  export = dynalite;
}
