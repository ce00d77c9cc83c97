/** Elements by name; absent ones are left out, and the members of an array become `<item>` elements. */
export interface XmlElements {
  readonly [name: string]: XmlValue | undefined;
}

export type XmlValue = string | number | boolean | XmlElements | readonly XmlElements[];

/** The elements as XML text, without a declaration. */
export function xml(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, value]) => (value === undefined ? "" : `<${name}>${content(value)}</${name}>`))
    .join("");
}

function content(value: XmlValue): string {
  if (Array.isArray(value)) {
    return value.map((item: XmlElements) => `<item>${xml(item)}</item>`).join("");
  }
  return typeof value === "object" ? xml(value as XmlElements) : escape(String(value));
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
