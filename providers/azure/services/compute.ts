import type { AzureService } from "../azure-service.ts";

/** Virtual machines: SKUs such as `Standard_B1ls`, letter case aside. P1Y and P3Y; P5Y where the catalogue offers it. */
export const compute: AzureService = {
  name: "compute",
  reservedResourceType: "VirtualMachines",
  flexible: true,
};
