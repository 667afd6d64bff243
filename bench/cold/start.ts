/** The program of a process that starts one handler: CPU milliseconds from its beginning to where it could take an event. */
await import(process.argv[2] as string);
const { user, system } = process.cpuUsage();
process.stdout.write(String((user + system) / 1000), () => process.exit());
