// Asks OPA to format a module, prints the answer, and closes nothing: it ends by itself, and not before it is answered.
import { createOpaProgram } from "../../../src/engines/rego/opa/start-opa-program.ts";

const opa = createOpaProgram();
void opa.format({ file: "a.rego", text: "package   a" }).then((answer) => console.log(JSON.stringify(answer)));
