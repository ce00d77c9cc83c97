import { gcpCompute } from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";
import { gcpRows } from "./gcp-golden-rows.ts";

goldenTable(gcpCompute, gcpRows);
