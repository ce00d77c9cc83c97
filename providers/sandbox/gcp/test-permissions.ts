import { isDenied } from "../server/is-denied.ts";
import { z } from "zod";
import type { SandboxResponse } from "../server/imitation.ts";
import { GoogleFault, googleAnswer } from "./google-answer.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";

const requestSchema = z.strictObject({ permissions: z.array(z.string()).min(1) });

/**
 * POST projects/{id}:testIamPermissions: of the permissions that are asked about those that the project does not deny; an empty list
 * is left out. https://docs.cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions
 */
export function testPermissions(project: string, body: string, { projects }: GcpBehaviour): SandboxResponse {
  const { permissions } = parse(body);
  const denied = (Object.hasOwn(projects, project) ? projects[project]?.denied : undefined) ?? [];
  const granted = permissions.filter((permission) => !isDenied(denied, permission));
  return googleAnswer(200, granted.length === 0 ? {} : { permissions: granted });
}

function parse(body: string): z.infer<typeof requestSchema> {
  try {
    return requestSchema.parse(JSON.parse(body));
  } catch {
    throw new GoogleFault(400, "badRequest", "The request names no permissions.");
  }
}
