/** The one place in local/ that touches the environment: the real handlers read theirs once, when they are imported. */
export function setEnvironment(values: Readonly<Record<string, string>>): void {
  // A developer's own session must not sign for the embedded services, and its profile must not replace the local keys.
  // oxlint-disable-next-line node/no-process-env
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN']) delete process.env[name];
  // oxlint-disable-next-line node/no-process-env
  Object.assign(process.env, values);
}
