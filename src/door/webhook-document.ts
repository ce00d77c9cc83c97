import { z } from "zod";
import { type MessageType, messageTypes } from "../contract/webhook-ledger.ts";
import { named, outcomeSchema, sums, timeSchema } from "./door-schemas.ts";

const about = {
  executionId: z.string(),
  number: z
    .int()
    .describe("The line of the execution's history that it comes from: of two messages the higher one is the later."),
  source: z.string().describe("Who decided to buy."),
};

const recommendationMessages = messageTypes.filter((type) => type.startsWith("recommendation."));
const executionMessages = messageTypes.filter((type) => type.startsWith("execution."));

/** A message about one recommendation. */
const recommendationMessageSchema = named(
  "RecommendationMessage",
  z.object({
    type: z.enum(recommendationMessages),
    timestamp: timeSchema,
    data: z.object({ ...about, recIndex: z.int(), outcome: outcomeSchema }),
  }),
);

/** A message about an execution as a whole. */
const executionMessageSchema = named(
  "ExecutionMessage",
  z.object({
    type: z.enum(executionMessages),
    timestamp: timeSchema,
    data: z.object({
      ...about,
      size: z.int().describe("How many places it has, empty ones included."),
      needsPerson: z.array(z.int()).describe("Those that were refused, rejected or are parked, by recIndex."),
      totals: sums.totals,
      atRisk: sums.atRisk,
    }),
  }),
);

const summaries: Readonly<Record<MessageType, string>> = {
  "recommendation.decided": "Bought, refused, rejected, skipped or written off.",
  "recommendation.needs-person": "Nobody can say whether it was bought, or what was found may be it.",
  "recommendation.reopened": "What was announced as bought came to nothing, or what needed a person goes on.",
  "execution.complete": "Every place is bought and settled, skipped or decided.",
  "execution.needs-person": "Nothing is worked on any more, and something was refused, rejected or is parked.",
  "execution.stopped": "It was cancelled or has expired, and nothing that was sent is open any more.",
};

const header = (name: string, description: string) => {
  return { name, in: "header", required: true, description, schema: { type: "string" } };
};

const parameters = [
  header("webhook-id", "The same for every delivery of a message."),
  header("webhook-timestamp", "When it was sent, in seconds since 1970."),
  header("webhook-signature", "v1,… for each secret, by the Standard Webhooks."),
];

/** The messages that a server sends, as the document describes them; `schemaOf` refers to a schema. */
export function webhookDocument(schemaOf: (schema: z.ZodType) => object) {
  const messages = messageTypes.map((type) => {
    const schema = schemaOf(type.startsWith("execution.") ? executionMessageSchema : recommendationMessageSchema);
    const post = {
      operationId: type.replaceAll(/\W(\w)/g, (_, letter: string) => letter.toUpperCase()),
      summary: summaries[type],
      security: [],
      parameters,
      requestBody: { required: true, content: { "application/json": { schema } } },
      responses: {
        "2XX": { description: "It was taken, and is not sent again." },
        "410": { description: "Nothing more is wanted." },
      },
    };
    return [type, { post }];
  });
  return Object.fromEntries(messages) as Readonly<Record<MessageType, object>>;
}
