import { call } from "./go-engine-azure.ts";
import type { GoPlace, GoStep } from "./go-engine-place.ts";

/** Compute Engine: under a name that is made of the token. */
export function goGcp({ url, token, guid, source, wanted }: GoPlace): GoStep {
  const commitments = `${url}/compute/v1/projects/${wanted.projectId}/regions/${wanted.region}/commitments`;
  const name = `cud-${token.slice(0, 32)}`;
  return {
    find: async () => {
      const found = await call<{ name: string }>("GET", `${commitments}/${name}`).catch((error: Error) => {
        if (error.message.includes(": 404 ")) return undefined;
        throw error;
      });
      return found?.name;
    },
    buy: async () => {
      await call("POST", `${commitments}?requestId=${guid}`, {
        name,
        description: `Purchased by ${source}`,
        category: "MACHINE",
        type: `GENERAL_PURPOSE_${wanted.machineFamily}`,
        plan: wanted.term === "P1Y" ? "TWELVE_MONTH" : "THIRTY_SIX_MONTH",
        resources: [
          { type: "VCPU", amount: String(wanted.vcpus) },
          { type: "MEMORY", amount: String(wanted.memoryMb) },
        ],
      });
      return name;
    },
  };
}
