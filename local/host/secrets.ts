import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";

import { isObject, isSecret, rebuild, secret, secretSignature, signature, type Properties, type Value } from "./values";

/** Keys already derived in this process, and a salt to share: a derivation takes a third of a second. */
const keys = new Map<string, Buffer>();
const salts = new Map<string, string>();

/**
 * Encrypts with a passphrase as Pulumi's `passphrase` secrets provider does: AES-256-GCM, the key derived from
 * passphrase and salt by a million rounds of PBKDF2 with SHA-256. The key is derived when first needed.
 */
export class Crypter {
  /**
   * @param passphrase may be empty
   * @param known the `encryptionsalt` of a stack (`v1:salt:check`); absent: made when first needed
   */
  constructor(
    private readonly passphrase: string,
    private known?: string,
  ) {}

  /** The salt with its check, as a stack's `encryptionsalt`; undefined while no secret was ever encrypted. */
  get salt(): string | undefined {
    return this.known;
  }

  encrypt(plaintext: string): string {
    if (!this.known) {
      const salt = randomBytes(8).toString("base64");
      this.known = salts.get(this.passphrase) ?? `v1:${salt}:${this.seal(this.key(salt), "pulumi")}`;
      salts.set(this.passphrase, this.known);
    }
    return this.seal(this.checkedKey(this.known), plaintext);
  }

  /** @throws when the passphrase is not the one the value was encrypted with */
  decrypt(ciphertext: string): string {
    if (!this.known) throw new Error("a secret is stored, but the salt to decrypt it with is missing");
    return this.unseal(this.checkedKey(this.known), ciphertext);
  }

  private checkedKey(known: string): Buffer {
    const [version, salt] = known.split(":", 2);
    if (version !== "v1") throw new Error(`encryptionsalt: expected it to begin with "v1:", got "${version}"`);
    const key = this.key(salt);
    this.unseal(key, known.slice(version.length + salt.length + 2));
    return key;
  }

  private key(salt: string): Buffer {
    const name = `${salt}:${this.passphrase}`;
    const key = keys.get(name) ?? pbkdf2Sync(this.passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
    keys.set(name, key);
    return key;
  }

  private seal(key: Buffer, plaintext: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return `v1:${nonce.toString("base64")}:${sealed.toString("base64")}`;
  }

  private unseal(key: Buffer, ciphertext: string): string {
    const [, nonce, sealed] = ciphertext.split(":");
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(-16));
    try {
      return decipher.update(bytes.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
    } catch {
      throw new Error("incorrect passphrase: set PULUMI_CONFIG_PASSPHRASE to the one this stack was made with");
    }
  }
}

/** The properties as they are stored: secrets encrypted, whole. */
export const encryptSecrets = (properties: Properties, crypter: Crypter): Properties =>
  encrypted(properties, crypter) as Properties;

function encrypted(value: Value, crypter: Crypter): Value {
  if (isSecret(value)) {
    return { [signature]: secretSignature, ciphertext: crypter.encrypt(JSON.stringify(value.value)) };
  }
  if (Array.isArray(value)) return value.map((item) => encrypted(item, crypter));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encrypted(item, crypter)]));
}

export const decryptSecrets = (properties: Properties, crypter: Crypter): Properties =>
  rebuild(properties, (item) =>
    isSecret(item) && "ciphertext" in item
      ? secret(JSON.parse(crypter.decrypt(String(item.ciphertext))) as Value)
      : item,
  ) as Properties;
