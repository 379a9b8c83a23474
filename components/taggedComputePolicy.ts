/** Resource types that cost money by the hour; those without tags of their own carry none to check. */
const computeTypes = [
  "Microsoft.MachineLearningServices/workspaces/computes",
  "Microsoft.Batch/batchAccounts/pools",
  "Microsoft.App/jobs",
  "Microsoft.ContainerInstance/containerGroups",
  "Microsoft.Compute/virtualMachines",
  "Microsoft.Compute/virtualMachineScaleSets",
  "Microsoft.ContainerService/managedClusters",
];

const tags = ["owner", "cost-centre", "schedule"];

/** Azure Policy that refuses compute without the tags that say whose it is and when it goes off. */
export const taggedComputePolicy = {
  // "All" and not "Indexed": Batch pools have no location, and "Indexed" would pass them over.
  mode: "All",
  policyRule: {
    if: {
      allOf: [
        { field: "type", in: computeTypes },
        { anyOf: tags.map((tag) => ({ field: `tags['${tag}']`, exists: "false" })) },
      ],
    },
    then: { effect: "deny" },
  },
};
