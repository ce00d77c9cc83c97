import { isDenied } from "../server/is-denied.ts";
import type { Imitation, ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { gcpCommands } from "./gcp-sandbox-commands.ts";
import { boughtCapacities, createCapacity, getCapacity, listCapacities } from "./capacity-commitments.ts";
import { GoogleFault, googleErrorAnswer, googleStatusAnswer } from "./google-answer.ts";
import { type Place, insertCommitment } from "./insert.ts";
import { type GcpBehaviour, type GcpSandboxOptions, gcpBehaviour } from "./gcp-sandbox-options.ts";
import { listSkus } from "./price-list.ts";
import { testPermissions } from "./test-permissions.ts";
import { getCommitment, getOperation, listCommitments, listEverywhere, waitForOperation } from "./reads.ts";
import { commitments } from "./stored.ts";

/** An operation under way. */
interface Call {
  readonly place: Place;
  /** The last part of the path, where it names something. */
  readonly name: string;
  readonly request: SandboxRequest;
  readonly context: ImitationContext;
  readonly behaviour: GcpBehaviour;
}

interface Operation {
  /** Method and path; its groups are project, region and name. */
  readonly route: RegExp;
  readonly permission: string;
  readonly listingFaults?: ReturnType<Imitation["listingFaults"]>;
  run(call: Call): SandboxResponse;
}

/** As the BigQuery Reservation API names a place, and what is in it. */
const location = "/v1/projects/([^/]+)/locations/([^/]+)/capacityCommitments";

const region = "/compute/v1/projects/([^/]+)/regions/([^/]+)";

/** By the name that the request log shows and that fault rules use as `action`. */
const operations: Readonly<Record<string, Operation>> = {
  "POST commitments": {
    permission: "compute.commitments.create",
    route: new RegExp(`^POST ${region}/commitments$`),
    run: ({ place, request, context, behaviour }) =>
      insertCommitment(place, { requestId: request.query.get("requestId"), body: request.body }, context, behaviour),
  },
  "GET commitments": {
    permission: "compute.commitments.list",
    route: new RegExp(`^GET ${region}/commitments$`),
    listingFaults: ["stale", "empty", "repeated-next-link"],
    run: ({ place, request, context, behaviour }) => listCommitments(place, request, context, behaviour),
  },
  "GET commitments/{name}": {
    permission: "compute.commitments.get",
    route: new RegExp(`^GET ${region}/commitments/([^/]+)$`),
    run: ({ place, name, context, behaviour }) => getCommitment(place, name, context, behaviour),
  },
  "GET operations/{name}": {
    permission: "compute.regionOperations.get",
    route: new RegExp(`^GET ${region}/operations/([^/]+)$`),
    run: ({ place, name, context, behaviour }) => getOperation(place, name, context, behaviour),
  },
  "POST operations/{name}/wait": {
    permission: "compute.regionOperations.get",
    route: new RegExp(`^POST ${region}/operations/([^/]+)/wait$`),
    run: ({ place, name, context, behaviour }) => waitForOperation(place, name, context, behaviour),
  },
  "GET aggregated/commitments": {
    permission: "compute.commitments.list",
    route: /^GET \/compute\/v1\/projects\/([^/]+)\/aggregated\/commitments$/,
    run: ({ place: { project }, context, behaviour }) => listEverywhere(project, context, behaviour),
  },
  "POST capacityCommitments": {
    permission: "bigquery.capacityCommitments.create",
    route: new RegExp(`^POST ${location}$`),
    run: createCapacity,
  },
  "GET capacityCommitments": {
    permission: "bigquery.capacityCommitments.list",
    route: new RegExp(`^GET ${location}$`),
    listingFaults: ["stale", "empty", "repeated-next-link"],
    run: listCapacities,
  },
  "GET capacityCommitments/{id}": {
    permission: "bigquery.capacityCommitments.get",
    route: new RegExp(`^GET ${location}/([^/:]+)$`),
    run: getCapacity,
  },
  "GET skus": {
    permission: "serviceusage.services.use",
    route: /^GET \/v1\/services\/(?:6F81-5844-456A|16B8-3DDA-9F10)\/skus$/,
    listingFaults: ["empty", "repeated-next-link"],
    run: ({ request, context, behaviour }) => listSkus(request, context, behaviour),
  },
  "POST testIamPermissions": {
    permission: "none",
    route: /^POST \/v1\/projects\/([^/]+):testIamPermissions$/,
    run: ({ place, request, behaviour }) => testPermissions(place.project, request.body, behaviour),
  },
};

/**
 * Imitates the REST API of Compute Engine as far as commitments go, for every project and region, that of BigQuery's capacity
 * commitments, the price lists of Cloud Billing, and of Resource Manager what tells permissions. After Google's documentation; no answer of the real service was recorded.
 */
export function createGcpImitation(options: GcpSandboxOptions = {}): Imitation {
  const behaviour = gcpBehaviour(options);
  return {
    name: "gcp",
    owns: ({ path }) => /^\/(compute\/v1|v1\/services|v1\/projects)\//.test(path),
    actionOf: (request) => find(request)?.action ?? `${request.method} ${request.path}`,
    // The price list is nobody's: the credential says who asks.
    accountOf: (request) => find(request)?.place.project || projectOf(request),
    handle(request, context) {
      try {
        return operate(request, context, behaviour);
      } catch (error) {
        if (error instanceof GoogleFault) return errorShape(request)(error.status, error.reason, error.message);
        throw error;
      }
    },
    errorAnswer: (request, status, code) => errorShape(request)(status, code),
    listingFaults: (request) => find(request)?.operation.listingFaults ?? [],
    purchaseActions: ["POST commitments", "POST capacityCommitments"],
    purchases: (store) => commitments(store).size + boughtCapacities(store).length,
    commands: gcpCommands,
  };
}

/** Each API words its errors in its own way. */
function errorShape({ path }: SandboxRequest): typeof googleErrorAnswer {
  return /^\/v1\/projects\/[^/]+\/locations\//.test(path) ? googleStatusAnswer : googleErrorAnswer;
}

function operate(request: SandboxRequest, context: ImitationContext, behaviour: GcpBehaviour): SandboxResponse {
  if (!/^Bearer \S/.test(request.headers["authorization"] ?? "")) {
    throw new GoogleFault(401, "required", "Request is missing required authentication credential.");
  }
  const found = find(request);
  if (found === undefined) {
    throw new GoogleFault(404, "notFound", `The sandbox knows no ${request.method} ${request.path}.`);
  }
  const { operation, place, name } = found;
  requirePermission(operation.permission, place.project, request, behaviour);
  return operation.run({ place, name, request, context, behaviour });
}

/** The project that a dummy credential names: `Bearer buyonce-loopback/my-project-123`. */
function projectOf({ headers }: SandboxRequest): string | undefined {
  return /^Bearer buyonce-loopback\/([\w.:-]+)$/.exec(headers["authorization"] ?? "")?.[1];
}

/** Throws in Google's words where the project denies it, or the credential is one of another project. */
function requirePermission(
  permission: string,
  project: string,
  request: SandboxRequest,
  { projects }: GcpBehaviour,
): void {
  const credential = projectOf(request);
  const asked = project || credential;
  const denied = asked !== undefined && Object.hasOwn(projects, asked) ? projects[asked]?.denied : undefined;
  const isForeign = project !== "" && credential !== undefined && credential !== project;
  if (!isForeign && !isDenied(denied, permission)) return;
  const resource = /projects\/.*$/.exec(request.path)?.[0] ?? `projects/${asked}`;
  const reason = errorShape(request) === googleErrorAnswer ? "forbidden" : "PERMISSION_DENIED";
  throw new GoogleFault(403, reason, `Required '${permission}' permission for '${resource}'`);
}

function find({ method, path }: SandboxRequest) {
  for (const [action, operation] of Object.entries(operations)) {
    const match = operation.route.exec(`${method} ${path}`);
    if (match === null) continue;
    const [, project = "", place = "", name = ""] = match.map((part) => decodeURIComponent(part ?? ""));
    return { action, operation, place: { project, region: place }, name };
  }
  return undefined;
}
