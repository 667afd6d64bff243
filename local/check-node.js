// Plain JavaScript, loaded before start.ts, so that a Node too old to read TypeScript can still say so.
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Node ${process.versions.node} cannot run TypeScript as it is, that takes 22.18 or newer: ` +
      'run `npm ci`, which installs Node 24 for this project, and then `npm start`.\n',
  );
  process.exit(1);
}
