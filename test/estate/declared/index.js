// Declares the resources that the configuration lists, in their order: {name, type, inputs, protect}. In a text,
// `@{other.id}` stands for an output of another resource before it, and `needs` names those it waits for.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- plain JavaScript starts fastest
const pulumi = require("@pulumi/pulumi");

const made = {};

function resolved(value) {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value === "string") {
    const parts = value.split(/@\{(\w+\.\w+)\}/);
    if (parts.length === 1) return value;
    return pulumi.concat(...parts.map((part, index) => (index % 2 === 0 ? part : outputOf(part))));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

function outputOf(reference) {
  const [name, output] = reference.split(".");
  return made[name][output];
}

for (const { name, type, inputs, protect, needs = [] } of new pulumi.Config().requireObject("resources")) {
  const options = { version: "3.28.0", protect, dependsOn: needs.map((other) => made[other]) };
  made[name] = new pulumi.CustomResource(
    type,
    name,
    { name: undefined, principalId: undefined, ...resolved(inputs) },
    options,
  );
}
