import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";

export interface CustomRoleArgs {
  /** What the role is called in the portal; the estate's random part is added, since names are unique in a tenant. */
  title: string;
  /** One sentence for people who review access. */
  description: string;
  /** Random part of the estate's names. */
  suffix: pulumi.Input<string>;
  /** Resource group or resource inside which the role may be assigned. */
  scope: pulumi.Input<string>;
  /** Management actions that the role allows. */
  actions: string[];
  /**
   * Actions taken out of `actions`; another role can still give them.
   * @default - none
   */
  notActions?: string[];
  /**
   * Data actions that the role allows.
   * @default - none
   */
  dataActions?: string[];
}

/** A custom role that can be assigned only inside one scope of the estate. */
export class CustomRole extends pulumi.ComponentResource {
  /** Resource id of the role definition. */
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: CustomRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("lights-out:index:CustomRole", name, {}, opts);

    const definition = new authorization.RoleDefinition(
      `${name}-role`,
      {
        scope: args.scope,
        roleName: pulumi.interpolate`${args.title} ${args.suffix}`,
        description: args.description,
        roleType: "CustomRole",
        assignableScopes: [args.scope],
        permissions: [
          {
            actions: args.actions,
            notActions: args.notActions ?? [],
            dataActions: args.dataActions ?? [],
            notDataActions: [],
          },
        ],
      },
      { parent: this },
    );
    this.id = definition.id;

    this.registerOutputs({ id: this.id });
  }
}
