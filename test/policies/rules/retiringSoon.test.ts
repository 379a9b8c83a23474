import { expect, test } from "vitest";
import { retiringSoon } from "../../../policies/rules/retiringSoon";
import { good, having, unknown, violations } from "../support";

const image = "deploymentConfiguration.virtualMachineConfiguration.imageReference";
const pool = (sku: unknown, config: object) =>
  violations(
    retiringSoon,
    { ...good.pool, props: having(good.pool.props, image, { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku }) },
    config,
  );

test("retiring-soon points out what ends within its time, and nothing that has ended or ends later", () => {
  expect(retiringSoon.enforcementLevel).toBe("advisory");
  expect(pool("2204", { on: "2026-11-23" })).toEqual([
    `batch:Pool "train": ${image} is "microsoft-dsvm:ubuntu-hpc:2204", but must be something that is offered beyond 2027-06-30. ` +
      "Ubuntu HPC 22.04 will end on 2027-06-30: move to microsoft-dsvm:ubuntu-hpc:2404 with the node agent batch.node.ubuntu 24.04.",
  ]);
  expect(pool("2204", { on: "2026-11-23", days: 218 })).toEqual([]);
  expect(pool("2204", { on: "2026-11-23", days: 219 })).toHaveLength(1);
  expect(pool("2204", { on: "2027-06-30" })).toEqual([]);
  for (const sku of ["2404", unknown.text, 2204, undefined]) expect(pool(sku, { on: "2026-11-23" })).toEqual([]);
});
