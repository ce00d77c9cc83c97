/**
 * The product descriptions for which EC2 documents Reserved Instances. Those with `(Amazon VPC)` are shown to accounts
 * that have EC2-Classic.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeReservedInstancesOfferings.html (filter
 * `product-description`; older editions of the page list the Amazon VPC ones).
 */
export const platforms = [
  "Linux/UNIX",
  "Linux/UNIX (Amazon VPC)",
  "Linux with SQL Server Standard",
  "Linux with SQL Server Web",
  "Linux with SQL Server Enterprise",
  "SUSE Linux",
  "SUSE Linux (Amazon VPC)",
  "Red Hat Enterprise Linux",
  "Red Hat Enterprise Linux (Amazon VPC)",
  "Red Hat Enterprise Linux with HA",
  "Windows",
  "Windows (Amazon VPC)",
  "Windows with SQL Server Standard",
  "Windows with SQL Server Standard (Amazon VPC)",
  "Windows with SQL Server Web",
  "Windows with SQL Server Web (Amazon VPC)",
  "Windows with SQL Server Enterprise",
  "Windows with SQL Server Enterprise (Amazon VPC)",
] as const;

/** A product description for which EC2 sells Reserved Instances. */
export type Platform = (typeof platforms)[number];

/** The four that the typed parameter `ProductDescription` knows (`RIProductDescription`); the others need a filter. */
export const typedPlatforms = [
  "Linux/UNIX",
  "Linux/UNIX (Amazon VPC)",
  "Windows",
  "Windows (Amazon VPC)",
] as const satisfies readonly Platform[];
