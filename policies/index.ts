import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

// Starts serving the rules at once, so nothing else may import this file.
new PolicyPack("lights-out", { policies: rules, enforcementLevel: "mandatory" });
