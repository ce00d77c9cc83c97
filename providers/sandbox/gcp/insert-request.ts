import { z } from "zod";
import { GoogleFault } from "./google-answer.ts";
import type { Place } from "./insert.ts";

const amount = z.string().regex(/^[1-9]\d*$/);

/** What the imitation takes; the real service takes more: it creates reservations, merges and splits. */
const schema = z.strictObject({
  name: z.string().regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/),
  description: z.string().max(2_048).default(""),
  category: z.enum(["MACHINE", "LICENSE"]).default("MACHINE"),
  // Left out, the real service took N1; an assumption, and nothing here may rely on it.
  type: z
    .string()
    .regex(/^[A-Z]+_[A-Z0-9_]+$/)
    .optional(),
  plan: z.enum(["TWELVE_MONTH", "THIRTY_SIX_MONTH"]),
  autoRenew: z.boolean().default(false),
  resources: z
    .array(
      z.strictObject({
        type: z.enum(["VCPU", "MEMORY", "ACCELERATOR", "LOCAL_SSD"]),
        amount,
        acceleratorType: z.string().min(1).optional(),
      }),
    )
    .default([]),
  licenseResource: z
    .strictObject({ license: z.string().min(1), amount, coresPerLicense: z.string().min(1).optional() })
    .optional(),
  existingReservations: z.array(z.string()).min(1).optional(),
});

/** A commitment as it was sent, the defaults of the service filled in. */
export type InsertRequest = z.infer<typeof schema>;

/** Reads the body of an insert. Throws a GoogleFault 400 for what the service would refuse. */
export function parseInsert(body: string, place: Place): InsertRequest {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw invalid(`Invalid value: ${z.prettifyError(parsed.error)}`);
  const request = parsed.data;
  if (request.category === "LICENSE") checkLicense(request);
  else checkMachines(request, place);
  return request;
}

function checkLicense({ type, resources, licenseResource, existingReservations }: InsertRequest): void {
  if (licenseResource === undefined) throw invalid("A commitment of licenses needs 'licenseResource'.");
  if (type !== undefined || resources.length > 0 || existingReservations !== undefined) {
    throw invalid("A commitment of licenses has neither type nor resources nor reservations.");
  }
  const [, name] = /\/projects\/[^/]+\/global\/licenses\/([^/]+)$/.exec(licenseResource.license) ?? [];
  if (name === undefined) throw invalid("The license must be a URL.");
  if (name.includes("sap") && !/^(1-2|3-4|5\+)$/.test(licenseResource.coresPerLicense ?? "")) {
    throw invalid("coresPerLicense must be one of 1-2, 3-4, 5+ for SAP licenses.");
  }
}

function checkMachines(request: InsertRequest, { project, region }: Place): void {
  const { type: kind, resources, licenseResource, existingReservations = [] } = request;
  if (kind === undefined || resources.length === 0 || licenseResource !== undefined) {
    throw invalid("A commitment of machines needs a type and resources, and has no license.");
  }
  for (const { type, amount: many, acceleratorType } of resources) {
    if (type === "MEMORY" && Number(many) % 256 !== 0) throw invalid("Memory must be a multiple of 256 MB.");
    if (type === "LOCAL_SSD" && Number(many) % 375 !== 0) throw invalid("Local SSD must be a multiple of 375 GB.");
    if ((type === "ACCELERATOR") !== (acceleratorType !== undefined)) {
      throw invalid("An accelerator type goes with ACCELERATOR, and with nothing else.");
    }
  }
  // Which local SSDs need none, the imitation does not know: it asks for reservations of GPUs only.
  if (existingReservations.length === 0 && resources.some(({ type }) => type === "ACCELERATOR")) {
    throw invalid("Reservations must be attached to a commitment of GPUs.");
  }
  const own = new RegExp(`/projects/${project}/zones/${region}-[a-z]/reservations/[a-z][-a-z0-9]*$`);
  for (const link of existingReservations) {
    if (!own.test(link)) throw invalid(`The reservation '${link}' is not one of ${project} in ${region}.`);
  }
}

function invalid(message: string): GoogleFault {
  return new GoogleFault(400, "invalid", message);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
