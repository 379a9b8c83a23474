import { at, isMap, UNKNOWN } from "../../pricing/values";
import { shown } from "../fault";
import { stackRule, type StackFault, type Subject } from "../rule";

const budgetType = "azure-native:consumption:Budget";

/** Whoever spends money on Azure hears of it: the stack has a budget that tells somebody. */
export const budgetExists = stackRule({
  name: "budget-exists",
  description: "A stack with Azure resources has a monthly budget that tells somebody when it runs out.",
  severity: "high",
  remediationSteps: "Add a consumption.Budget with an amount and an enabled notification that names contacts.",
  check: (subjects) => {
    const billed = subjects.some(({ type }) => type.startsWith("azure-native:"));
    const budgets = subjects.filter(({ type }) => type === budgetType);
    if (!billed) return [];
    if (budgets.length > 0) return budgets.flatMap(faultsOf);
    const mend = "Add one to the stack, with contacts";
    return [{ property: "its budget", found: "not there", wanted: "a consumption.Budget", mend }];
  },
});

function faultsOf(of: Subject): StackFault[] {
  const amount = at(of.props, "amount");
  const notifications = at(of.props, "notifications");
  const faults: StackFault[] = [];
  if (amount !== UNKNOWN && !(typeof amount === "number" && amount > 0)) {
    faults.push({
      of,
      property: "amount",
      found: shown(amount),
      wanted: "more than 0",
      mend: "Set the monthly amount",
    });
  }
  const tells = (notification: unknown) =>
    notification === UNKNOWN ||
    (at(notification, "enabled") === true &&
      ["contactEmails", "contactGroups", "contactRoles"].some((list) => filled(at(notification, list))));
  if (notifications !== UNKNOWN && !(isMap(notifications) && Object.values(notifications).some(tells))) {
    const found = isMap(notifications) ? "without an enabled one that names contacts" : shown(notifications);
    const wanted = "set with at least one that is enabled and names contacts";
    faults.push({ of, property: "notifications", found, wanted, mend: "Add contactEmails or contactGroups" });
  }
  return faults;
}

const filled = (list: unknown) => list === UNKNOWN || (Array.isArray(list) && list.length > 0);
