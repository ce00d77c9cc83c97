/** Indexes of recommendations in words, in their order, three and more in a row as a range: `#0–#7, #9, #10, #12–#14`. */
export function indexRanges(indexes: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const index of [...new Set(indexes)].toSorted((one, other) => one - other)) {
    const open = ranges.at(-1);
    if (open !== undefined && open[1] === index - 1) open[1] = index;
    else ranges.push([index, index]);
  }
  return ranges
    .flatMap(([first, last]) => {
      if (last - first > 1) return [`#${first}–#${last}`];
      return first === last ? [`#${first}`] : [`#${first}`, `#${last}`];
    })
    .join(", ");
}
