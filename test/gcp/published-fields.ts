// Bodies beside the published models of Google's APIs (discovery documents).

/** A part of a schema, as far as it is checked. */
interface Part {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly readOnly?: boolean;
  readonly items?: Part;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly additionalProperties?: Part;
}

type Schemas = Readonly<Record<string, object>>;

/** How a body is looked at: what is sent holds nothing that the model calls output only. */
interface Look {
  readonly schemas: Schemas;
  readonly sent: boolean;
}

/** The fields of a body that its model does not have, has otherwise, or does not take: `resources[0].type`. */
export function outside(schemas: Schemas, name: string, body: unknown, { sent = false } = {}): readonly string[] {
  return [...unlike({ $ref: name }, body, "", { schemas, sent })];
}

function* unlike(part: Part, value: unknown, path: string, look: Look): Generator<string> {
  if (part.$ref !== undefined) {
    const model = look.schemas[part.$ref];
    if (model === undefined) throw new Error(`The fixture has no ${part.$ref}, which ${path} is.`);
    return yield* unlike(model, value, path, look);
  }
  if (part.readOnly === true && look.sent) return yield path;
  if (part.enum !== undefined) {
    if (typeof value !== "string" || !part.enum.includes(value)) yield path;
  } else if (part.type === "array") {
    if (!Array.isArray(value)) return yield path;
    for (const [index, item] of value.entries()) yield* unlike(part.items ?? {}, item, `${path}[${index}]`, look);
  } else if (part.properties !== undefined || part.additionalProperties !== undefined) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return yield path;
    for (const [field, each] of Object.entries(value)) {
      const own = part.properties?.[field] ?? part.additionalProperties;
      const at = path === "" ? field : `${path}.${field}`;
      if (own === undefined) yield at;
      else yield* unlike(own, each, at, look);
    }
  } else if (
    part.type === "integer" ? !Number.isInteger(value) : part.type !== undefined && typeof value !== part.type
  ) {
    yield path;
  }
}
