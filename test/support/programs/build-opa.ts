// Builds OPA's program into the folder that it is given, with the Go of its own PATH.
import { buildOpa } from "../../../src/build-opa.ts";

const [folder = ""] = process.argv.slice(2);
await buildOpa(folder);
