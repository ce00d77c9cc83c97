import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { init } from "../../src/cli/commands/init.ts";
import { createProviders, providerNames } from "../../src/cli/resources/providers.ts";
import { describedServices } from "../../src/cli/resources/execution-schema.ts";
import { fieldsToGive } from "../../src/cli/commands/field-values.ts";
import { fieldsOfSchema } from "../../src/contract/schema-fields.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { standingForAll } from "../standing-for-all.ts";
import { thrownBy } from "../thrown-by.ts";
import { runCommand } from "./run-command.ts";
import { fakeTerminal, standInParts } from "./stand-ins.ts";

const identity = ["--execution", "2026-12-night", "--source", "finops"];
const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as { recommendations: unknown[] };

type Given = Readonly<Record<string, unknown>>;

/** A recommendation as a person gives it: a text for each field. */
function texts(value: Given, within = ""): [string, string][] {
  return Object.entries(value).flatMap(([name, part]): [string, string][] => {
    const path = `${within}${name}`;
    if (Array.isArray(part)) return [[path, part.join(",")]];
    if (typeof part !== "object" || part === null) return [[path, String(part)]];
    const { amount, currency } = part as { readonly amount?: string; readonly currency?: string };
    return amount === undefined ? texts(part as Given, `${path}.`) : [[path, `${amount} ${currency}`]];
  });
}

const recommendations = fixtureExecution().recommendations as readonly (Given & {
  readonly provider: string;
  readonly service: string;
})[];

/** What has the most fields of each cloud's. */
const stand = (["azure", "aws", "gcp"] as const).map((cloud) =>
  recommendations
    .filter(({ provider }) => provider === cloud)
    .reduce((most, each) => (texts(each).length > texts(most).length ? each : most)),
);

describe("buyonce init with options", () => {
  test.each(
    standingForAll(recommendations, (each) => stand.includes(each)).map(
      (each) => [`${each.provider} ${each.service}`, each] as const,
    ),
  )("%s: what the fixture asks for is written as it is there", async (_name, { provider, service, ...fields }) => {
    workingFolder();
    const set = texts(fields).flatMap(([path, text]) => ["--set", `${path}=${text}`]);
    const args = ["init", "--provider", provider, "--service", service, ...identity, ...set];
    expect(await runCommand(args)).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "Nothing was bought or recorded.\nWritten to execution.json; what it costs: buyonce quote execution.json\n" +
        "A try in the sandbox, which spends nothing: buyonce drive execution.json --sandbox\n",
    });
    expect(read("execution.json")).toEqual({
      executionId: "2026-12-night",
      source: "finops",
      recommendations: [{ provider, service, ...fields }],
    });
  });

  const n2 = ["vcpus=8", "memoryMb=32768", "term=P1Y", "autoRenew=false", "machineFamily=N2", "region=us-central1"];
  const gcp = ["init", "--provider", "gcp", "--service", "compute", ...identity];
  const whole = [...gcp, ...["projectId=my-project-123", ...n2].flatMap((field) => ["--set", field])];

  test("what it writes is quoted as it is", async () => {
    workingFolder();
    expect(await runCommand(whole)).toMatchObject({ code: 0 });
    expect(await runCommand(["quote", "execution.json", "--sandbox"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Nothing was bought.") as string,
    });
  });

  test("never over a file, and not into a folder that is not there", async () => {
    workingFolder();
    writeFileSync("execution.json", "mine");
    expect(await runCommand(whole)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--out names execution.json, which is there already") as string,
    });
    expect(readFileSync("execution.json", "utf8")).toBe("mine");
    expect(await runCommand([...whole, "--out", "no/e.json"])).toMatchObject({ code: 2, stdout: "" });
  });

  test("to standard output, and as JSON", async () => {
    workingFolder();
    const { code, stdout } = await runCommand([...whole, "--out", "-"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { executionId: "2026-12-night" }]);
    const json = await runCommand([...whole, "--json", "--out", "e.json"]);
    expect([json.code, JSON.parse(json.stdout)]).toEqual([0, { executionId: "2026-12-night", out: "e.json" }]);
    expect(await runCommand([...whole, "--json", "--out", "-"])).toMatchObject({ code: 2 });
  });

  test("an editor finds the schema where the package is installed", async () => {
    workingFolder();
    mkdirSync("node_modules/buyonce/schemas", { recursive: true });
    writeFileSync("node_modules/buyonce/schemas/execution.json", "{}");
    expect(await runCommand(whole)).toMatchObject({ code: 0 });
    expect(read("execution.json")).toMatchObject({ $schema: "./node_modules/buyonce/schemas/execution.json" });
    expect(await runCommand(["quote", "execution.json", "--sandbox"])).toMatchObject({ code: 0 });
  });

  test("nothing that decides money has a default: all that is missing is listed, and nothing is written", async () => {
    workingFolder();
    const providers = await createProviders(providerNames, {}, 60_000);
    for (const { provider, service, schema } of describedServices(providers)) {
      const { code, stderr } = await runCommand(["init", "--provider", provider, "--service", service]);
      expect(code).toBe(2);
      const named = [...stderr.matchAll(/^ {2}--(?:set )?([A-Za-z.]+):/gm)].map(([, path = ""]) => path.split(".")[0]);
      const required = fieldsOfSchema(schema).filter(
        ({ path, isRequired, where }) => isRequired && where === undefined && !path.includes("."),
      );
      const paths = required.map(({ path }) => path).filter((path) => !["provider", "service"].includes(path));
      expect(new Set(named), `${provider} ${service}`).toEqual(
        // Which form is meant comes first: of a savings plan nothing else is said until its type is.
        new Set(named.includes("type") ? ["execution", "source", "type"] : ["execution", "source", ...paths]),
      );
    }
    expect(() => readFileSync("execution.json")).toThrow("ENOENT");
  });

  test.each([
    [["--set", "maxPirce=1"], '--set maxPirce: is not a known field; did you mean "maxPrice"?'],
    [["--set", "maxPrice=1.700 USD"], '--set maxPrice: It can be read in two ways: write "1700 USD" or "1.70 USD".'],
    [["--set", "vcpus=2.5"], "--set vcpus: must be a whole number"],
    [["--set", "autoRenew=yes"], "--set autoRenew: must be true or false"],
    [["--set", "term"], "such as term=P1Y"],
    [["--set", "term=P1Y", "--set", "term=P3Y"], "term is given twice"],
    [["--set", "__proto__.x=1"], "such as term=P1Y"],
  ])("%j is refused", async (args, words) => {
    workingFolder();
    const { code, stderr } = await runCommand([...gcp, ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  test.each([
    [["init"], "--provider is missing: one of azure, aws, gcp."],
    [["init", "--provider", "aws"], "--service is missing: one of ec2, ec2-host, rds"],
    [["init", "--provider", "azur"], 'did you mean "azure"?'],
    [["init", "--provider", "aws", "--service", "dynamodb"], "dynamodb cannot be bought here"],
  ])("%j without a terminal", async (args, words) => {
    workingFolder();
    expect(await runCommand(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as string });
  });
});

/** Answers by the field that a question begins with; notes what was asked. */
function scripted(answers: Readonly<Record<string, readonly string[]>>) {
  const asked: { field: string; words?: readonly string[]; said?: string | undefined }[] = [];
  const left = new Map(Object.entries(answers).map(([field, texts]) => [field, [...texts]]));
  const next = (question: string) => {
    const [field = ""] = question.split(":");
    const text = left.get(field)?.shift();
    return { field, text };
  };
  const questions = {
    choose: async (question: string, words: readonly string[], none?: string) => {
      const { field, text } = next(question);
      asked.push({ field, words });
      expect(text === undefined || words.includes(text) || (text === "" && none !== undefined), question).toBe(true);
      return text;
    },
    text: async (question: string, { problem }: { problem: (text: string) => string | undefined }) => {
      // As a terminal does: what is wrong is said, and asked for again.
      for (;;) {
        const { field, text } = next(question);
        const said = text === undefined ? undefined : problem(text);
        asked.push({ field, said });
        if (text === undefined || said === undefined) return text;
      }
    },
  };
  return { questions, asked };
}

const defaults = { out: "execution.json" };

async function ask(answers: Readonly<Record<string, readonly string[]>>, options: object = {}) {
  const { questions, asked } = scripted(answers);
  const { terminal, written } = fakeTerminal({ tty: true });
  const { parts } = standInParts({ terminal, questions });
  const code = await init.action({ ...defaults, ...options }, { ...parts, createProviders });
  return { code, asked, written };
}

const ec2 = {
  provider: ["aws"],
  service: ["ec2"],
  accountId: ["123456789012"],
  payment: ["no-upfront"],
  term: ["P1Y"],
  maxPrice: [""],
  region: ["us-east-1"],
  instanceType: ["m5.large"],
  platform: ["Linux/UNIX"],
  tenancy: ["default"],
  scope: ["Region"],
  availabilityZone: [""],
  offeringClass: ["standard"],
  quantity: ["2"],
  note: [""],
  executionId: ["night"],
  source: ["finops"],
};

describe("buyonce init in a terminal", () => {
  test("asks for each field once; what is left out is not written", async () => {
    workingFolder();
    const { code, asked } = await ask(ec2);
    expect(code).toBe(0);
    expect(asked.map(({ field }) => field)).toEqual(Object.keys(ec2));
    expect(asked.find(({ field }) => field === "payment")?.words).toEqual([
      "no-upfront",
      "partial-upfront",
      "all-upfront",
    ]);
    expect(read("execution.json")).toEqual({
      executionId: "night",
      source: "finops",
      recommendations: [
        {
          provider: "aws",
          service: "ec2",
          accountId: "123456789012",
          payment: "no-upfront",
          term: "P1Y",
          region: "us-east-1",
          instanceType: "m5.large",
          platform: "Linux/UNIX",
          tenancy: "default",
          scope: "Region",
          offeringClass: "standard",
          quantity: 2,
        },
      ],
    });
  });

  test("says at once what is wrong, and asks again", async () => {
    workingFolder();
    const { asked } = await ask({
      ...ec2,
      accountId: ["12", "", "123456789012"],
      maxPrice: ["1.700 USD", "1700", "1,700 USD"],
      executionId: ["", "night"],
    });
    const said = (field: string) => asked.flatMap((each) => (each.field === field && each.said ? [each.said] : []));
    expect(said("accountId")).toEqual(["It must be the 12 digits of an AWS account.", "It is required."]);
    expect(said("maxPrice")).toEqual([
      'It can be read in two ways: write "1700 USD" or "1.70 USD".',
      'It must be an amount and its currency, such as "12000.00 USD".',
    ]);
    expect(said("executionId")).toHaveLength(1);
    expect(read("execution.json").recommendations).toMatchObject([{ maxPrice: { amount: "1700", currency: "USD" } }]);
  });

  test("what only all of it together shows to be wrong is asked for again", async () => {
    workingFolder();
    const { asked } = await ask({ ...ec2, scope: ["Availability Zone"], availabilityZone: ["", "us-east-1a"] });
    expect(asked.filter(({ field }) => field === "availabilityZone")).toHaveLength(2);
    expect(read("execution.json").recommendations).toMatchObject([{ availabilityZone: "us-east-1a" }]);
  });

  test("asks for what another answer makes necessary, and for nothing else", async () => {
    workingFolder();
    const plan = {
      provider: ["aws"],
      service: ["savings-plans"],
      accountId: ["123456789012"],
      payment: ["no-upfront"],
      term: ["P1Y"],
      maxPrice: [""],
      hourlyCommitment: ["1.25 USD"],
      type: ["EC2Instance"],
      note: [""],
      region: ["us-east-1"],
      instanceFamily: ["m5"],
      executionId: ["night"],
      source: ["finops"],
    };
    const { asked } = await ask(plan);
    expect(asked.map(({ field }) => field)).toEqual(Object.keys(plan));
    workingFolder();
    const { asked: ofCompute } = await ask({ ...plan, type: ["Compute"] });
    expect(ofCompute.map(({ field }) => field)).not.toContain("instanceFamily");
  });

  test("does not ask for what an option says", async () => {
    workingFolder();
    const { asked } = await ask(ec2, { provider: "aws", execution: "night", set: { term: "P1Y", quantity: "2" } });
    const fields = asked.map(({ field }) => field);
    for (const field of ["provider", "executionId", "term", "quantity"]) expect(fields).not.toContain(field);
  });

  test("stopped at any question nothing is written", async () => {
    workingFolder();
    for (const field of Object.keys(ec2)) {
      const error = await thrownBy(ask({ ...ec2, [field]: [] }));
      expect(error, field).toMatchObject({ code: "aborted", message: "Stopped: nothing was written." });
    }
    expect(() => readFileSync("execution.json")).toThrow("ENOENT");
  });
});

test("every field of every service can be given: none is hidden behind an object", async () => {
  const services = describedServices(await createProviders(providerNames, {}, 60_000));
  for (const { provider, service, schema } of services) {
    const given = fieldsToGive(fieldsOfSchema(schema)).map(({ path }) => path);
    const example = recommendations.find((each) => each.provider === provider && each.service === service) ?? {};
    for (const [path] of texts(example)) expect(given, service).toContain(path);
  }
});
