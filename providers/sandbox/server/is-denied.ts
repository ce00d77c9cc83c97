/**
 * Whether a right is among those that are denied: letter case aside, and a star at the end stands for the rest, as in the clouds' own
 * policies: `ec2:PurchaseReservedInstancesOffering`, `Microsoft.Capacity/*`, `*`.
 */
export function isDenied(denied: readonly string[] | undefined, right: string): boolean {
  const given = right.toLowerCase();
  return (denied ?? []).some((one) => {
    const wanted = one.toLowerCase();
    return wanted.endsWith("*") ? given.startsWith(wanted.slice(0, -1)) : given === wanted;
  });
}
