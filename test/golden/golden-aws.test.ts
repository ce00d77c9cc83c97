import { awsPlanRows } from "./aws-plan-golden-rows.ts";
import { ec2Rows } from "./ec2-golden-rows.ts";
import { ec2HostRows } from "./ec2-host-golden-rows.ts";
import { awsPlans, ec2, ec2Host, mediaLive, rds, redshift, redshiftServerless } from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";
import { mediaLiveRows } from "./medialive-golden-rows.ts";
import { redshiftRows } from "./redshift-golden-rows.ts";
import { redshiftServerlessRows } from "./redshift-serverless-golden-rows.ts";
import { rdsRows } from "./reservation-golden-rows.ts";

goldenTable(ec2, ec2Rows);
// Three more are bought by the same code: golden-aws.proof.ts.
goldenTable(rds, rdsRows);
goldenTable(redshift, redshiftRows);
goldenTable(redshiftServerless, redshiftServerlessRows);
goldenTable(ec2Host, ec2HostRows);
goldenTable(mediaLive, mediaLiveRows);
goldenTable(awsPlans, awsPlanRows);
