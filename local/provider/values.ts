/** A JSON value as the engine sends it: unknowns and secrets are marked inside (see below). */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = Record<string, Value>;

/*
 * The marks of Pulumi's wire format (its SDK's `runtime/rpc.ts`): a string stands for every value not yet known, and
 * an object with this key and signature holds a secret.
 */
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export const unknown: Value = unknownMark;

export function isUnknown(value: Value | undefined): boolean {
  return value === unknownMark;
}

export function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: Value | undefined): value is { [key: string]: Value } {
  return isObject(value) && value[signatureKey] === secretSignature;
}

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** The value with the secrets' envelopes taken off; what is null is left out of objects, as it was never given. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value ?? null);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, plain(item)]));
}

export function plainProperties(properties: Properties): Properties {
  return plain(properties) as Properties;
}

function hasSecrets(value: Value | undefined): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(hasSecrets);
  return isObject(value) && Object.values(value).some(hasSecrets);
}

/** `outputs` with a secret's envelope around what is a secret in `inputs`: Azure may well give back what it was told. */
export function withSecretsOf(inputs: Value, outputs: Value): Value {
  if (!hasSecrets(inputs)) return outputs;
  if (isSecret(inputs) || !isObject(inputs) || !isObject(outputs)) return secret(outputs);
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, key in inputs ? withSecretsOf(inputs[key], value) : value]),
  );
}
