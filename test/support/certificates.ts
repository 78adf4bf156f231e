import { createPrivateKey, webcrypto } from "node:crypto";
import { isIP } from "node:net";

// The library wants decorators' metadata to be kept somewhere; nothing that is used here reads it.
const noMetadata = { getMetadata: () => undefined, getOwnMetadata: () => undefined, hasOwnMetadata: () => false };
Object.assign(Reflect, { ...noMetadata, defineMetadata: () => undefined });
const x509 = await import("@peculiar/x509");

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const keys = await newKeys();
const root = await x509.X509CertificateGenerator.createSelfSigned({
  name: "CN=Loopback Root",
  keys,
  signingAlgorithm: algorithm,
  extensions: [
    new x509.BasicConstraintsExtension(true, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
  ],
});

/** The root of every test server's certificate, as PEM text. Made once per test process; its key never leaves it. */
export const loopbackRoot: string = root.toString("pem");

/** A key and a certificate for these names and addresses, under the loopback root. */
export async function certificateFor(names: readonly string[], notAfter?: Date) {
  const { privateKey, publicKey } = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=Loopback Server",
    issuer: root.subject,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    publicKey,
    ...(notAfter !== undefined && { notBefore: new Date(0), notAfter }),
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })),
      ),
    ],
  });
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey("pkcs8", privateKey)),
    format: "der",
    type: "pkcs8",
  });
  return { cert: certificate.toString("pem"), key: key.export({ format: "pem", type: "pkcs8" }) };
}
