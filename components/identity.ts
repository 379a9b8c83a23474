import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import type { PlacementArgs } from "./common";
import { builtInRoles, roleDefinitionId } from "./roles";

/** One right of an identity: a role at a scope. */
export interface Grant {
  /** A built-in role's name, or the resource id of a role definition. */
  role: keyof typeof builtInRoles | pulumi.Output<string>;
  /** Resource id at which the role counts: the narrowest that does the work. */
  scope: pulumi.Input<string>;
}

export interface IdentityArgs extends PlacementArgs {
  /**
   * What the identity may do, by a short name that becomes the assignment's.
   * @default - nothing
   */
  grants?: Record<string, Grant>;
}

/**
 * A user-assigned managed identity for one job, with just the rights of that job.
 *
 * ```ts
 * const puller = new Identity("puller", { ...placement, grants: { pull: { role: "acrPull", scope: registry.id } } });
 * ```
 *
 * What uses the identity should depend on `assignments`: Azure refuses a call made before the right exists.
 */
export class Identity extends pulumi.ComponentResource {
  /** Resource id. */
  readonly id: pulumi.Output<string>;
  /** Entra object id, which role assignments name. */
  readonly principalId: pulumi.Output<string>;
  /** Entra application id, which a program names to sign in as this identity. */
  readonly clientId: pulumi.Output<string>;
  /** The identity's rights. */
  readonly assignments: authorization.RoleAssignment[];

  constructor(name: string, args: IdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:Identity", name, {}, opts);

    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName: args.resourceGroupName, location: args.location, tags: args.tags },
      { parent: this },
    );
    this.id = identity.id;
    this.principalId = identity.principalId;
    this.clientId = identity.clientId;
    this.assignments = Object.entries(args.grants ?? {}).map(([key, grant]) =>
      assignRole(
        `${name}-${key}`,
        { ...grant, principalId: identity.principalId, principalType: "ServicePrincipal" },
        this,
      ),
    );

    this.registerOutputs({ id: this.id, principalId: this.principalId, clientId: this.clientId });
  }
}

/** Assigns a role; the principal's type is always given, since a new principal may not be found yet. */
export function assignRole(
  name: string,
  args: Grant & { principalId: pulumi.Input<string>; principalType: "ServicePrincipal" | "Group" | "User" },
  parent: pulumi.Resource,
): authorization.RoleAssignment {
  const { role, scope, principalId, principalType } = args;
  return new authorization.RoleAssignment(
    name,
    {
      principalId,
      principalType,
      scope,
      roleDefinitionId:
        typeof role === "string" ? pulumi.output(scope).apply((at) => roleDefinitionId(role, at)) : role,
    },
    { parent },
  );
}
