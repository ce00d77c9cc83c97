import { standingForAll } from "../standing-for-all.ts";
import { awsPlanRows } from "./aws-plan-golden-rows.ts";
import { ec2Rows } from "./ec2-golden-rows.ts";
import { ec2HostRows } from "./ec2-host-golden-rows.ts";
import {
  awsPlans,
  ec2,
  ec2Host,
  elasticache,
  mediaConnect,
  mediaLive,
  memorydb,
  opensearch,
  rds,
  redshift,
  redshiftServerless,
} from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";
import { mediaConnectRows } from "./mediaconnect-golden-rows.ts";
import { mediaLiveRows } from "./medialive-golden-rows.ts";
import { redshiftRows } from "./redshift-golden-rows.ts";
import { redshiftServerlessRows } from "./redshift-serverless-golden-rows.ts";
import { elasticacheRows, memorydbRows, opensearchRows, rdsRows } from "./reservation-golden-rows.ts";

const tables = [
  [ec2, ec2Rows],
  [rds, rdsRows],
  [elasticache, elasticacheRows],
  [memorydb, memorydbRows],
  [opensearch, opensearchRows],
  [redshift, redshiftRows],
  [redshiftServerless, redshiftServerlessRows],
  [ec2Host, ec2HostRows],
  [mediaLive, mediaLiveRows],
  [mediaConnect, mediaConnectRows],
  [awsPlans, awsPlanRows],
] as const;

/** By a tag that comes afterwards, and by the client token; one by a name of ours keeps the contract in test/testing. */
const few: readonly unknown[] = [ec2, awsPlans];
for (const [kind, rows] of standingForAll(tables, ([kind]) => few.includes(kind))) goldenTable(kind, rows);
