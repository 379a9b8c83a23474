import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

export interface Keys {
  /** PEM of the server's certificate, which is its own authority. */
  readonly certificate: string;
  readonly privateKey: string;
  /** Where clients find the certificate (NODE_EXTRA_CA_CERTS, SSL_CERT_FILE). */
  readonly caFile: string;
  /** Signs tokens. */
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
}

const YEARS = 3;

/** The server's certificate for localhost and the key that signs tokens: kept in the folder, made at the first start. */
export async function keysIn(folder: string): Promise<Keys> {
  // The journals beside the keys hold the deployer's secret.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [caFile, keyFile, signingFile] = ["certificate.pem", "key.pem", "signing.pem"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  if (![caFile, keyFile, signingFile].every((file) => existsSync(file))) {
    const made = await certificate();
    const signing = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writePrivate(keyFile, made.private);
    writePrivate(signingFile, signing.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    writeFileSync(caFile, made.cert);
  }
  const signing = createPrivateKey(readFileSync(signingFile));
  const pem = { certificate: readFileSync(caFile, "utf8"), privateKey: readFileSync(keyFile, "utf8") };
  return { ...pem, caFile, signing, verifying: createPublicKey(signing) };
}

function certificate(): ReturnType<typeof generate> {
  const from = new Date(Date.now() - 24 * 3600 * 1000);
  const to = new Date(from);
  to.setFullYear(to.getFullYear() + YEARS);
  return generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: from,
    notAfterDate: to,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  chmodSync(file, 0o600);
}
