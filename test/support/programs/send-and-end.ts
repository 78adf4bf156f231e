// Sends a request over TLS and one without, leaves both connections idle, and has nothing more to do.
import { createRequestSender } from "../../../src/effectors/https/send-request.ts";
import { send } from "../https-requests.ts";

const [ca = "", secure, plain] = process.argv.slice(2);
const sender = createRequestSender({ ca, totalMs: 10_000, connectMs: 5_000 });
await send(sender, { url: `https://localhost:${secure}/` });
await send(sender, { url: `http://localhost:${plain}/` });
console.log("sent");
