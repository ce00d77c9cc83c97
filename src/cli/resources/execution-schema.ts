import type { Provider } from "../../contract/executor.ts";
import { type JsonSchema, jsonSchemaOf } from "../../contract/json-schema.ts";
import { canBeListed } from "../../contract/service-without-api.ts";
import { labelsSchema } from "../../contract/labels.ts";
import { planSchema } from "../../drive/plan-document.ts";
import { envelopeSchema, noteSchema, skipSchema } from "../../drive/validate.ts";

/** A service that can be bought, and what its recommendation looks like. */
export interface DescribedService {
  readonly provider: string;
  readonly service: string;
  /** What people call it. */
  readonly title: string;
  /** Of its recommendation. */
  readonly schema: JsonSchema;
}

/** How a service is named among all: `azure-compute`. Its page in docs/services has this name. */
export function nameOfService({ provider, service }: Pick<DescribedService, "provider" | "service">): string {
  return `${provider}-${service}`;
}

/** Every service that can be bought, in the order of the providers. */
export function describedServices(providers: readonly Provider[]): readonly DescribedService[] {
  return providers.flatMap(({ name, services }) =>
    Object.values(services)
      .filter(canBeListed)
      .map(({ service, schema: ofService }) => {
        const schema = withWords(jsonSchemaOf(ofService));
        return { provider: name, service, title: schema.title ?? `${name} ${service}`, schema };
      }),
  );
}

/** The JSON Schema of an execution file, with the recommendations of these providers. */
export function executionJsonSchema(providers: readonly Provider[]): JsonSchema {
  const envelope = jsonSchemaOf(envelopeSchema);
  const all = describedServices(providers).map((each) => [nameOfService(each), each.schema] as const);
  const definitions = { ...Object.fromEntries(all), skip: jsonSchemaOf(skipSchema) };
  const items = { anyOf: Object.keys(definitions).map((name) => ({ $ref: `#/definitions/${name}` })) };
  const { recommendations, ...properties } = envelope.properties ?? {};
  return {
    title: "Execution of buyonce",
    description: "What to buy once: docs/services says which fields the recommendations of a service have.",
    ...envelope,
    properties: { ...properties, recommendations: { ...(recommendations as JsonSchema), items } },
    definitions,
  };
}

/** The JSON Schema of a plan of such an execution. */
export function planJsonSchema(providers: readonly Provider[]): JsonSchema {
  const { definitions, ...execution } = executionJsonSchema(providers);
  const envelope = jsonSchemaOf(planSchema);
  return {
    title: "Plan of buyonce",
    description:
      "What buyonce quote --out writes, and buyonce drive and submit take: docs/plan.md. It is not written by hand.",
    ...envelope,
    properties: { ...envelope.properties, execution },
    definitions,
  };
}

/** Whatever the service, a recommendation may have a note and labels. */
function withWords(schema: JsonSchema): JsonSchema {
  const { anyOf, oneOf, properties } = schema;
  const forms = (of: JsonSchema["anyOf"]) => of?.map((form) => (typeof form === "object" ? withWords(form) : form));
  return {
    ...schema,
    ...(anyOf === undefined ? {} : { anyOf: forms(anyOf) }),
    ...(oneOf === undefined ? {} : { oneOf: forms(oneOf) }),
    ...(properties === undefined
      ? {}
      : { properties: { ...properties, note: jsonSchemaOf(noteSchema), labels: jsonSchemaOf(labelsSchema) } }),
  } as JsonSchema;
}
