import { isObject, type Json, type JsonObject } from "./json";

const SECRET_NAMES =
  /^(accountKey|sharedKey|primarySharedKey|password|adminPassword|clientSecret|secret|sasUrl|sasToken|connectionString|accessToken|token|contextAccessToken|refreshToken|sshPrivateKey|fileShareAccessKey|storageAccountKey|workspaceKey|daprAIConnectionString|daprAIInstrumentationKey|callbackUrl|registrationToken)$/i;
/** Maps whose every value is a secret. */
const SECRET_MAPS = /^(configurationProtectedSettings|protectedSettings|protectedParameters|secureEnvironment)$/i;

/**
 * A body without its secrets: each is replaced, or left out when no replacement is given. A template expression such as
 * "[listKeys(…)]" is not itself a secret and stays.
 */
export function withoutSecrets(body: JsonObject, replacement?: string): JsonObject {
  return scrubObject(body, replacement, false);
}

function scrubObject(value: JsonObject, replacement: string | undefined, allSecret: boolean): JsonObject {
  const result: JsonObject = {};
  const secure = typeof value.type === "string" && /^secure(string|object)$/i.test(value.type);
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const secret = allSecret || SECRET_NAMES.test(name) || (secure && /^(value|defaultValue)$/i.test(name));
    if (secret && typeof item === "string" && !isExpression(item)) {
      if (replacement !== undefined) result[name] = replacement;
    } else if (Array.isArray(item) && /^secrets$/i.test(name)) {
      result[name] = item.map((one) => scrubSecret(one, replacement));
    } else {
      result[name] = scrub(item, replacement, SECRET_MAPS.test(name));
    }
  }
  scrubSecureParameters(result, replacement);
  return result;
}

function scrub(value: Json, replacement: string | undefined, allSecret = false): Json {
  if (Array.isArray(value)) return value.map((item) => scrub(item, replacement));
  return isObject(value) ? scrubObject(value, replacement, allSecret) : value;
}

/** An item of `secrets`: {name, value}. */
function scrubSecret(item: Json, replacement: string | undefined): Json {
  if (!isObject(item)) return item;
  const { value, ...rest } = item;
  return value === undefined || replacement === undefined ? rest : { ...rest, value: replacement };
}

/** Values of parameters that a template or a workflow definition beside them declares as secure. */
function scrubSecureParameters(body: JsonObject, replacement: string | undefined): void {
  const declared = isObject(body.template) ? body.template : isObject(body.definition) ? body.definition : undefined;
  const types = declared && isObject(declared.parameters) ? declared.parameters : {};
  if (!isObject(body.parameters)) return;
  const parameters: JsonObject = { ...body.parameters };
  for (const [name, given] of Object.entries(parameters)) {
    const type = types[name];
    if (!isObject(type) || !isObject(given) || !/^secure/i.test(String(type.type))) continue;
    const { value: _secret, ...rest } = given;
    parameters[name] = replacement === undefined ? rest : { ...rest, value: replacement };
  }
  body.parameters = parameters;
}

const isExpression = (text: string): boolean => text.startsWith("[") && text.endsWith("]");
