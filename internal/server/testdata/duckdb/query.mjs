// Prints what DuckDB answers to a query, as JSON. In the query, jobs is the
// Parquet file that is named first.
//
//   node query.mjs FILE QUERY
import { DuckDBInstance } from "@duckdb/node-api";

const [file, query] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(":memory:")).connect();
await connection.run(`CREATE VIEW jobs AS SELECT * FROM read_parquet('${file.replaceAll("'", "''")}')`);
const answer = await connection.runAndReadAll(query);
console.log(JSON.stringify(answer.getRowObjectsJson()));
