import { PGlite } from '@electric-sql/pglite';

// Runs SQL on the embedded database in a folder, and writes the rows of the last statement to stdout.
const [folder, sql] = process.argv.slice(2);
// As the service does: the engine writes its whole cache when it starts.
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];
const database = await PGlite.create(folder, { startParams });
const results = await database.exec(sql);
await database.close();
console.log(JSON.stringify(results.at(-1)?.rows ?? []));
