/** Elements by name; absent ones are left out, and the members of an array become `<item>` elements. */
export interface XmlElements {
  readonly [name: string]: XmlValue | undefined;
}

/** A list whose members have a name of their own. */
export interface XmlList {
  readonly member: string;
  readonly items: readonly (XmlElements | string)[];
}

export type XmlValue = string | number | boolean | XmlElements | XmlList | readonly XmlElements[];

/** The elements as XML text, without a declaration. */
export function xml(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, value]) => (value === undefined ? "" : `<${name}>${content(value)}</${name}>`))
    .join("");
}

function content(value: XmlValue): string {
  if (typeof value !== "object") return escape(String(value));
  const list = Array.isArray(value) ? { member: "item", items: value as readonly XmlElements[] } : value;
  if (!isList(list)) return xml(list as XmlElements);
  return list.items.map((item) => `<${list.member}>${content(item)}</${list.member}>`).join("");
}

function isList(value: object): value is XmlList {
  return "items" in value && Array.isArray(value.items);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
