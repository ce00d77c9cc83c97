import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { serviceWithoutApi } from "../../src/contract/service-without-api.ts";

const retired = (what: string) => `Microsoft has retired ${what} and sells no reservation of it any more.`;
const drop = "Remove it from the execution.";

/** What people ask for under these names, and is not bought here: why, and what to do. Sources: the lifecycle pages of Microsoft. */
const reasons: Readonly<Record<string, { readonly why: string; readonly instead: string }>> = {
  mariadb: { why: retired("Azure Database for MariaDB"), instead: `${drop} For MySQL, say "mysql".` },
  "sql-edge": { why: retired("Azure SQL Edge"), instead: drop },
  "vmware-cloudsimple": {
    why: retired("VMware Solution by CloudSimple"),
    instead: 'For Azure VMware Solution, say "vmware".',
  },
  "sap-hana": {
    why: "Reservations of SAP HANA on Azure large instances are sold by people.",
    instead: "Ask your Microsoft account team.",
  },
  "sql-hybrid-benefit": {
    why: "The Azure Hybrid Benefit of SQL Server is a use of licences that you have, no commitment.",
    instead: "Assign it in the Azure portal (Cost Management, SQL Server licences).",
  },
};

/** Executors that refuse what this provider does not buy, before anything is sent. */
export const azureNotSold: readonly ServiceExecutor[] = Object.entries(reasons).map(([service, reason]) =>
  serviceWithoutApi({ provider: "azure", service, isRefused: true, ...reason }),
);
