/** The samples of an answer: name, labels, value. */
export function samplesIn(text: string) {
  return [...text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = "", labels = "", value = ""]) => {
    const own = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", of = ""]) => [label, of]);
    return { name, labels: Object.fromEntries(own) as Readonly<Record<string, string>>, value: Number(value) };
  });
}

/** The value of the first sample of a series that has these labels. */
export function valueOf(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
  const entries = Object.entries(labels);
  return samplesIn(text).find((one) => one.name === name && entries.every(([key, of]) => one.labels[key] === of))
    ?.value;
}
