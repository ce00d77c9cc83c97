import { awsPlanRows } from "./aws-plan-golden-rows.ts";
import { ec2Rows } from "./ec2-golden-rows.ts";
import { awsPlans, ec2, rds, redshift } from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";
import { redshiftRows } from "./redshift-golden-rows.ts";
import { rdsRows } from "./reservation-golden-rows.ts";

goldenTable(ec2, ec2Rows);
// Three more are bought by the same code: golden-aws.proof.ts.
goldenTable(rds, rdsRows);
goldenTable(redshift, redshiftRows);
goldenTable(awsPlans, awsPlanRows);
