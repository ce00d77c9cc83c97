// Who signs for a project, as far as its credential says it.
import { describe, expect, test } from "vitest";
import { createGcp, type GcpCredential } from "../../providers/gcp/index.ts";
import { thrownBy } from "../thrown-by.ts";

const { signal } = new AbortController();
const getRequestHeaders = async () => new Headers({ authorization: "Bearer x" });

const signIn = async (credential: GcpCredential) => {
  const { access } = createGcp({ credential });
  const place = { key: "gcp/my-project-123", label: "GCP project my-project-123", id: "my-project-123" };
  return access?.signIn(place, { signal });
};

describe("signing in for a project", () => {
  test.each([
    ["a key", { email: "key@x.iam.gserviceaccount.com" }, "key@x.iam.gserviceaccount.com"],
    ["an impersonation", { email: "source", getTargetPrincipal: () => "target" }, "target"],
    ["the default ones", { getCredentials: async () => ({ client_email: "default" }) }, "default"],
    ["a person's", { getCredentials: async () => Promise.reject(new Error("no")) }, undefined],
    ["the caller's own", {}, undefined],
  ])("by %s", async (_what, members, as) => {
    expect(await signIn({ getRequestHeaders, ...members })).toEqual({ as, by: "the credential" });
  });

  test("that fails says how to sign in", async () => {
    const failing = { getRequestHeaders: async () => Promise.reject(new Error("Could not load the credentials.")) };
    expect(await thrownBy(signIn(failing) as Promise<unknown>)).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining("gcloud auth application-default login"),
    });
  });
});
