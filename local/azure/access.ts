import { ArmError } from "./errors";
import { within } from "./ids";
import { listAt, textAt } from "./json";
import { builtInRole } from "./roles";
import type { Resource, Store } from "./store";

interface Permission {
  readonly actions: RegExp[];
  readonly notActions: RegExp[];
}

/**
 * Role-based access: an action is allowed when one assignment of the principal, at the scope or above it, has a role
 * whose actions hold it and whose notActions do not. Assignments take effect at once; in Azure it takes minutes.
 */
export class Access {
  private readonly patterns = new Map<string, RegExp>();

  constructor(
    private readonly store: Store,
    private readonly subscriptionId: string,
  ) {}

  check(principal: string, action: string, scope: string): void {
    if (this.allows(principal, action, scope)) return;
    const message = `The client '${principal}' with object id '${principal}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
    throw new ArmError(403, "AuthorizationFailed", message);
  }

  /** Whoever puts an identity on a resource must be allowed to assign that identity. */
  checkAssign(principal: string, identity: string, resource: string): void {
    const action = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";
    if (this.allows(principal, action, identity)) return;
    const message = `The client '${principal}' with object id '${principal}' has permission to write '${resource}'; however, it does not have permission to perform action '${action}' on the linked scope(s) '${identity}'.`;
    throw new ArmError(403, "LinkedAuthorizationFailed", message);
  }

  allows(principal: string, action: string, scope: string): boolean {
    return this.store.ofType("Microsoft.Authorization/roleAssignments").some((assignment) => {
      if (textAt(assignment.sent, "properties.principalId") !== principal) return false;
      if (!within(scope, textAt(assignment.outputs, "properties.scope") ?? "")) return false;
      const role = this.role(textAt(assignment.sent, "properties.roleDefinitionId") ?? "");
      return (
        role !== undefined &&
        this.permissions(role).some(
          (p) => p.actions.some((x) => x.test(action)) && !p.notActions.some((x) => x.test(action)),
        )
      );
    });
  }

  /** A role definition, built in or custom, by its identifier at whatever scope. */
  role(id: string): Resource | undefined {
    const name = id.split("/").pop() ?? "";
    const custom = `/subscriptions/${this.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${name}`;
    return builtInRole(this.subscriptionId, name) ?? this.store.get(custom);
  }

  private permissions(role: Resource): Permission[] {
    const patterns = (permission: Parameters<typeof listAt>[0], name: string): RegExp[] =>
      listAt(permission, name).map((action) => this.pattern(String(action)));
    return listAt(role.sent, "properties.permissions").map((permission) => ({
      actions: patterns(permission, "actions"),
      notActions: patterns(permission, "notActions"),
    }));
  }

  /** `*` stands for any text, slashes too. */
  private pattern(action: string): RegExp {
    const known = this.patterns.get(action);
    if (known) return known;
    const made = new RegExp(`^${action.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`, "i");
    this.patterns.set(action, made);
    return made;
  }
}
