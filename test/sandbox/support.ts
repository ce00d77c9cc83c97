import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type CloudSandbox, type CloudSandboxOptions, startCloudSandbox } from "../../providers/sandbox/index.ts";

/** A sandbox that is closed when the test ends. */
export async function sandboxFor(options?: CloudSandboxOptions): Promise<CloudSandbox> {
  const sandbox = await startCloudSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-sandbox-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** For Google's own command lines: nothing of the machine's configuration, a token that is none, and nothing asked of others. */
export function googleEnvironment() {
  const folder = temporaryFolder();
  const token = join(folder, "token");
  writeFileSync(token, "dummy");
  return {
    PATH: process.env["PATH"],
    HOME: folder,
    CLOUDSDK_CONFIG: folder,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
    CLOUDSDK_CORE_CHECK_GCE_METADATA: "0",
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
  };
}

/** Puts a named pipe somewhere. */
export function makePipe(path: string): void {
  execFileSync("mkfifo", [path]);
}

export interface Recording {
  readonly request: { readonly method: string; readonly body: Record<string, unknown> };
  readonly response: { readonly status: number; readonly body: Record<string, unknown> };
}

export function recordedAzure(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../../fixtures/recorded/azure/${name}.json`, import.meta.url), "utf8"));
}

export function recordedAws(name: string): string {
  return readFileSync(new URL(`../../fixtures/recorded/aws/${name}.xml`, import.meta.url), "utf8");
}

/** An answer that the client received whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests read whatever the imitation answered; a wrong guess fails the assertion.
  readonly body: ReturnType<typeof JSON.parse>;
}

/** A plain client of the imitated Microsoft.Capacity. */
export function azureClient(sandbox: { readonly url: string }) {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const url = path.startsWith("http")
      ? path
      : `${sandbox.url}${path}${path.includes("?") ? "&" : "?"}api-version=2022-11-01`;
    const answer = await fetch(url, {
      method,
      headers: { authorization: "Bearer dummy", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text.startsWith("{") ? JSON.parse(text) : text };
  };
  const capacity = "/providers/Microsoft.Capacity";
  const quote = async (body: unknown = virtualMachine()): Promise<string> => {
    const { body: answer } = await call("POST", `${capacity}/calculatePrice`, body);
    return answer.properties.reservationOrderId;
  };
  const put = (id: string, body: unknown = virtualMachine()) =>
    call("PUT", `${capacity}/reservationOrders/${id}`, body);
  return {
    call,
    quote,
    put,
    calculate: (body: unknown) => call("POST", `${capacity}/calculatePrice`, body),
    get: (id: string) => call("GET", `${capacity}/reservationOrders/${id}`),
    list: () => call("GET", `${capacity}/reservationOrders`),
    buy: async (body: unknown = virtualMachine()) => {
      const id = await quote(body);
      await put(id, body);
      return id;
    },
  };
}

/** The body of a purchase, with some of its properties changed; undefined leaves one out. */
export function virtualMachine(
  properties: Record<string, unknown> = {},
  others: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    sku: { name: "Standard_B1ls" },
    location: "westus",
    properties: {
      reservedResourceType: "VirtualMachines",
      billingScopeId: "/subscriptions/40000000-aaaa-bbbb-cccc-200000000006",
      term: "P1Y",
      billingPlan: "Upfront",
      quantity: 1,
      displayName: "TestVm1",
      appliedScopeType: "Shared",
      ...properties,
    },
    ...others,
  };
}

/** The code of the error that a promise rejects with, or of its cause: `ECONNREFUSED`, `UND_ERR_SOCKET`. */
export async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await promise)}`;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? String(error);
  }
}
