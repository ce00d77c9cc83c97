import { azureRows } from "./azure-golden-rows.ts";
import { azurePlanRows } from "./azure-plan-golden-rows.ts";
import { azureCompute, azurePlan } from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";

goldenTable(azureCompute, azureRows);
goldenTable(azurePlan, azurePlanRows);
