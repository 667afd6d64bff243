import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const JAVA =
  '`java` 17 or newer is missing: install a Java runtime, such as the Debian package openjdk-17-jre-headless.';
const PYTHON =
  '`python3` 3.10 or newer with its venv is missing: install it, such as the Debian packages python3 and python3-venv.';

/** One sentence for each tool that the services need and this machine lacks: which, and how to get it. */
export async function describeMissingTools(): Promise<string[]> {
  const [hasJava, hasPython] = await Promise.all([findJava(), findPython()]);
  return [...(hasJava ? [] : [JAVA]), ...(hasPython ? [] : [PYTHON])];
}

async function findJava(): Promise<boolean> {
  try {
    const { stderr } = await run('java', ['-version']);
    return Number(/version "(\d+)/.exec(stderr)?.[1]) >= 17;
  } catch {
    return false;
  }
}

async function findPython(): Promise<boolean> {
  const script = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  return run('python3', ['-c', script]).then(
    () => true,
    () => false,
  );
}
