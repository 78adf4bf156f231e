// Tries to take a database out of WAL mode, which works only when no other connection holds a lock on it.
import { DatabaseSync } from "node:sqlite";

const db = new DatabaseSync(process.argv[2] ?? "");
try {
  db.exec("PRAGMA journal_mode = DELETE");
  console.log("free");
} catch {
  console.log("locked");
}
