import { awsPlanRows } from "./aws-plan-golden-rows.ts";
import { ec2Rows } from "./ec2-golden-rows.ts";
import { awsPlans, ec2, elasticache, memorydb, opensearch, rds, redshift } from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";
import { redshiftRows } from "./redshift-golden-rows.ts";
import { elasticacheRows, memorydbRows, opensearchRows, rdsRows } from "./reservation-golden-rows.ts";

goldenTable(ec2, ec2Rows);
goldenTable(rds, rdsRows);
goldenTable(elasticache, elasticacheRows);
goldenTable(memorydb, memorydbRows);
goldenTable(opensearch, opensearchRows);
goldenTable(redshift, redshiftRows);
goldenTable(awsPlans, awsPlanRows);
