// Holds the write lock of a database until its standard input ends.
import { DatabaseSync } from "node:sqlite";

const db = new DatabaseSync(process.argv[2] ?? "");
db.exec("BEGIN IMMEDIATE");
console.log("locked");
process.stdin.resume();
process.stdin.on("end", () => {
  db.exec("COMMIT");
  db.close();
});
