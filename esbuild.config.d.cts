import type { Plugin } from 'esbuild';

/** What the Serverless Framework asks for its options, and the plugins for whoever bundles as it does. */
declare const config: { plugins: Plugin[] };
export = config;
