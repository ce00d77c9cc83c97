import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { gcpProjectsSchema, type GcpProjects } from "../../providers/gcp/gcp-projects.ts";
import { createGcp, type GcpSettings } from "../../providers/gcp/index.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { thrownBy } from "../thrown-by.ts";
import { useNock } from "../use-nock.ts";
import { startLoopback } from "./gcp-loopback.ts";
import { calmly, fakeEnvironment, recommendation, submission } from "./gcp-samples.ts";

useNock();
beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

const secret = "this-is-the-secret";
const buyer = "buyer@hub-project.iam.gserviceaccount.com";
const between = "between@hub-project.iam.gserviceaccount.com";
const projectId = "my-project-123";
const other = "another-project";

/** Settings that a TypeScript program could not have. */
const settingsWith = (projects: unknown): GcpSettings => ({ projects: projects as GcpProjects });
const made = (settings: GcpSettings) => Promise.resolve().then(() => createGcp(settings));

describe("entries that cannot be used: one sentence with the field, no value", () => {
  test.each([
    [
      "a key for the path of one",
      { "*": { keyFile: `{"private_key":"${secret}"}` } },
      "gcp.projects.*.keyFile must be the path of a file",
    ],
    [
      "a key as an object",
      { "*": { keyFile: { private_key: secret } } },
      "gcp.projects.*.keyFile must be the path of a file",
    ],
    ["an unknown field", { "*": { use: "default", key: secret } }, "gcp.projects.*.key is not a known field."],
    ["another use", { [projectId]: { use: secret } }, `gcp.projects.${projectId}.use must be "default".`],
    [
      "no service account",
      { "*": { impersonate: secret } },
      "gcp.projects.*.impersonate must be the e-mail address of a service account.",
    ],
    ["no delegates", { "*": { impersonate: buyer, delegates: [] } }, "gcp.projects.*.delegates must not be empty."],
    [
      "a text for delegates",
      { "*": { impersonate: buyer, delegates: secret } },
      "gcp.projects.*.delegates must be a list of service accounts.",
    ],
    [
      "a delegate that is none",
      { "*": { impersonate: buyer, delegates: [secret] } },
      "gcp.projects.*.delegates.0 must be the e-mail address",
    ],
    [
      "a project by its number",
      { 123456789012: { use: "default" } },
      "gcp.projects.123456789012 must be a project id such as",
    ],
    [
      "no way at all",
      { "*": {} },
      'gcp.projects.* must say in exactly one way how to sign in: use "default", or keyFile, or impersonate',
    ],
    [
      "two ways",
      { "*": { use: "default", keyFile: "/k.json" } },
      "gcp.projects.* must say in exactly one way how to sign in",
    ],
    ["delegates alone", { "*": { delegates: [between] } }, "gcp.projects.* must say in exactly one way how to sign in"],
  ])("%s", async (_what, projects, sentence) => {
    const error = await thrownBy(made(settingsWith(projects)));
    expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringContaining(sentence) });
    expect((error as Error).message).toMatch(/^gcp\.projects[^\n]* Nothing was sent\.$/);
    expect(JSON.stringify([error, String(error)])).not.toContain(secret);
  });

  test("two of credential, credentialsFor and projects", async () => {
    const credential = { getRequestHeaders: async () => new Headers() };
    const projects: GcpProjects = { "*": { use: "default" } };
    const credentialsFor = () => credential;
    for (const both of [
      { credential, projects },
      { credential, credentialsFor },
      { credentialsFor, projects },
    ]) {
      expect(await thrownBy(made(both))).toMatchObject({
        code: "invalid-configuration",
        message: "GCP provider: it takes one of credential, credentialsFor and projects, not several.",
      });
    }
  });

  test("the JSON Schema refuses them as well", () => {
    const { additionalProperties } = z.toJSONSchema(gcpProjectsSchema) as {
      additionalProperties: { anyOf: unknown[] };
    };
    expect(additionalProperties).toMatchObject({ additionalProperties: false });
    expect(additionalProperties.anyOf[2]).toEqual({
      required: ["impersonate"],
      properties: { use: false, externalAccountFile: false },
    });
  });
});

/** Answers the lists of commitments of a project; keeps with what they were signed. */
function lists(project: string, signed: string[], times = 1) {
  const path = `/compute/v1/projects/${project}/regions/us-central1/commitments`;
  return nock("https://compute.googleapis.com")
    .get(path)
    .times(times)
    .reply(200, (request: Request) => {
      signed.push(String(request.headers.get("authorization")));
      return { kind: "compute#commitmentList", id: path.slice("/compute/v1/".length) };
    });
}

function listing(settings: GcpSettings) {
  const compute = createGcp({ environment: fakeEnvironment(), readAttempts: 1, ...settings }).services["compute"];
  if (compute === undefined) throw new Error("There is no compute.");
  return async (project = projectId) => {
    const scope = compute.scopeOf({ ...recommendation, projectId: project });
    return Array.fromAsync(compute.inventory.list(scope, { ...calmly, isComplete: () => false }));
  };
}

function fileOf(content: unknown): string {
  const file = join(temporaryFolder(), "file.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** A key file of a service account, whose key protects nothing. */
function keyFile(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  return fileOf({ type: "service_account", client_email: between, private_key: key, private_key_id: "1" });
}

/** The sign-in of a key file, answered once with a token. */
function signIn(token: string, expires_in = 3_600) {
  return nock("https://oauth2.googleapis.com").post("/token").reply(200, { access_token: token, expires_in });
}

describe("how each project is signed in for", () => {
  test("a key file: one token for all projects of the entry", async () => {
    const signedIn = signIn("of-the-key");
    const signed: string[] = [];
    for (const project of [projectId, other]) lists(project, signed, 2);
    const list = listing({ projects: { "*": { keyFile: keyFile() } } });
    for (const project of [projectId, other, projectId, other]) await list(project);
    expect(signed).toEqual(Array(4).fill("Bearer of-the-key"));
    expect(signedIn.isDone()).toBe(true);
  });

  test("impersonation, by a key file that a variable names, over delegates; a project's own entry goes before *", async () => {
    signIn("of-the-key");
    const asked: unknown[] = [];
    nock("https://iamcredentials.googleapis.com", { reqheaders: { authorization: "Bearer of-the-key" } })
      .post(`/v1/projects/-/serviceAccounts/${buyer}:generateAccessToken`, (body: unknown) => asked.push(body) > 0)
      .reply(200, { accessToken: "of-the-buyer", expireTime: new Date(Date.now() + 3_600_000).toISOString() });
    const signed: string[] = [];
    lists(projectId, signed);
    lists(other, signed);
    signIn("of-the-other");
    const list = listing({
      projects: {
        "*": { impersonate: buyer, delegates: [between], keyFile: { env: "KEY_FILE" } },
        [other]: { keyFile: keyFile() },
      },
      variables: { KEY_FILE: keyFile() },
    });
    await list(projectId);
    await list(other);
    expect(signed).toEqual(["Bearer of-the-buyer", "Bearer of-the-other"]);
    expect(asked).toMatchObject([{ delegates: [between], scope: ["https://www.googleapis.com/auth/cloud-platform"] }]);
  });

  test("workload identity federation", async () => {
    const asked: string[] = [];
    nock("https://sts.googleapis.com")
      .post("/v1/token", (body: unknown) => asked.push(JSON.stringify(body)) > 0)
      .reply(200, { access_token: "federated", expires_in: 3_600, token_type: "Bearer", issued_token_type: "x" });
    const signed: string[] = [];
    lists(projectId, signed);
    const externalAccountFile = fileOf({
      type: "external_account",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/v1/token",
      credential_source: { file: fileOf("token-of-another-issuer") },
    });
    await listing({ projects: { [projectId]: { externalAccountFile } } })();
    expect(signed).toEqual(["Bearer federated"]);
    expect(asked[0]).toContain("token-of-another-issuer");
  });

  test.each([
    [200, 60_000, 2],
    [500, 60_000, 1],
    [500, 600_000, 2],
  ])(
    "a token with %i seconds left and a purchase timeout of %i ms: %i sign-ins for two requests",
    async (left, purchaseTimeout, times) => {
      signIn("first", left);
      signIn("second");
      const signed: string[] = [];
      lists(projectId, signed, 2);
      const list = listing({ projects: { "*": { keyFile: keyFile() } }, purchaseTimeout });
      await list();
      await list();
      expect(signed).toEqual(["Bearer first", times === 1 ? "Bearer first" : "Bearer second"]);
    },
  );
});

describe("a project that cannot be signed in for refuses its own recommendations only", () => {
  test.each([
    [
      "no file",
      () => "/nowhere/key.json",
      'gcp.projects.another-project.keyFile names the file "/nowhere/key.json", which cannot be used: ENOENT',
    ],
    ["no JSON", () => fileOf(`{"${secret}`), "cannot be used: it is not JSON. Nothing was sent."],
    [
      "another type",
      () => fileOf({ type: "authorized_user", refresh_token: secret }),
      'it is no key of the type "service_account". Nothing was sent.',
    ],
    [
      "no private key",
      () => fileOf({ type: "service_account", client_email: buyer }),
      'it is no key of the type "service_account". Nothing was sent.',
    ],
    [
      "a variable that is not set",
      () => ({ env: "UNSET" }),
      "gcp.projects.another-project.keyFile names the environment variable UNSET, which is not set.",
    ],
  ])("%s", async (_what, file, sentence) => {
    signIn("token");
    const signed: string[] = [];
    lists(projectId, signed);
    const list = listing({ projects: { [other]: { keyFile: file() }, "*": { keyFile: keyFile() } }, variables: {} });
    const error = await thrownBy(list(other));
    expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringContaining(sentence) });
    expect(JSON.stringify([error, String(error), String((error as Error).cause)])).not.toContain(secret);
    await list();
    expect(signed).toEqual(["Bearer token"]);
  });

  test("a file that is no external account", async () => {
    const list = listing({
      projects: { "*": { externalAccountFile: fileOf({ type: "service_account", key: secret }) } },
    });
    await expect(list()).rejects.toMatchObject({
      message: expect.stringContaining('it is no configuration of the type "external_account". Nothing was sent.'),
    });
  });

  test("no entry: looked for and bought is nothing", async () => {
    const settings = { projects: { [other]: { use: "default" } } } as const;
    const sentence = `Nothing says how to sign in for GCP project ${projectId}: add the entry "gcp.projects.${projectId}", or one for *.`;
    await expect(listing(settings)()).rejects.toMatchObject({
      code: "credentials-unavailable",
      message: `${sentence} Nothing was sent.`,
    });
    expect(await createGcp(settings).services["compute"]?.send(submission, { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
      providerCode: "credentials-unavailable",
      reason: expect.stringContaining(sentence),
    });
  });
});

describe("credentialsFor", () => {
  test("is asked once for each project, and again after a failure; every request has its own project's", async () => {
    const asked: string[] = [];
    const list = listing({
      credentialsFor: async ({ projectId: project }) => {
        asked.push(project);
        if (asked.length === 1) throw new Error("The vault is closed.");
        return { getRequestHeaders: async () => new Headers({ authorization: `Bearer of-${project}` }) };
      },
    });
    const signed: string[] = [];
    for (const project of [projectId, other]) lists(project, signed, 2);
    await expect(list()).rejects.toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining("The vault is closed"),
    });
    await Promise.all([projectId, other, projectId, other].map(list));
    expect(signed.toSorted()).toEqual([
      `Bearer of-${other}`,
      `Bearer of-${other}`,
      `Bearer of-${projectId}`,
      `Bearer of-${projectId}`,
    ]);
    expect(asked.toSorted()).toEqual([other, projectId, projectId]);
  });

  test("is never asked where the endpoint is http, nor is a variable or a file read", async () => {
    nock.enableNetConnect("127.0.0.1");
    await using loopback = await startLoopback();
    let asked = 0;
    const credentialsFor = () => {
      asked += 1;
      throw new Error("It must not be asked.");
    };
    const projects: GcpProjects = { "*": { keyFile: { env: "UNSET" } } };
    for (const settings of [{ credentialsFor }, { projects, variables: {} }]) {
      await thrownBy(listing({ endpoint: loopback.url, ...settings })(other));
    }
    expect(asked).toBe(0);
    expect(loopback.arrived.map(({ headers }) => headers.authorization)).toEqual(
      Array(2).fill(`Bearer buyonce-loopback/${other}`),
    );
  });
});
