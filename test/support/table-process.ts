import { startTable } from '../../local/table.ts';

/** The table in a process of its own, which ends with the one that started it. */
const { url, tableName, close } = await startTable();
process.once('disconnect', () => void close());
process.send?.({ url, tableName });
