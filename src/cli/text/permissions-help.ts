import { awsServices } from "../../../providers/aws/aws-services.ts";
import {
  planPermissions,
  reservationAliasPermissions,
  reservationPermissions,
} from "../../../providers/azure/azure-permissions.ts";
import { gcpPermissions } from "../../../providers/gcp/gcp-permissions.ts";
import type { ServicePermissions } from "../../contract/provider-access.ts";
import { wrap } from "../terminal/table.ts";

/** Columns of the help, and those of its labels with the spaces around them: the longest is "AWS, redshift-serverless". */
const width = 120;
const labelWidth = 28;

/** Every permission that a drive needs, by cloud and service, for the help. */
export function permissionsHelp(): string {
  return [
    ...Object.entries(awsServices).map(([service, { permissions }]) => lineOf(`AWS, ${service}`, permissions)),
    lineOf("AWS, all", { list: ["sts:GetCallerIdentity (which nobody can be denied)"], price: [], purchase: [] }),
    lineOf("Azure, reservations", reservationPermissions),
    lineOf("Azure, by alias", reservationAliasPermissions),
    lineOf("Azure, savings-plans", planPermissions),
    ...Object.entries(gcpPermissions).map(([service, needed]) => lineOf(`GCP, ${service}`, needed)),
  ].join("\n");
}

function lineOf(name: string, { list, price, purchase }: ServicePermissions): string {
  const label = `  ${name}`.padEnd(labelWidth);
  const lines = wrap([...list, ...price, ...purchase].join(", "), width - label.length);
  return `${label}${lines.join(`\n${" ".repeat(label.length)}`)}`;
}
