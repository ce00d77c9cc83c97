import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { normaliseDescription } from "../../../providers/aws/reservations/product-description.ts";
import { fingerprint } from "../../../src/contract/fingerprint.ts";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { calmly, differencesOf, marker, serviceAt, serviceOf } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { computed, startLoopback } from "../aws-loopback.ts";
import { services, submissionFor } from "./reservation-services.ts";

const [rds] = services;
if (rds?.service !== "rds") throw new Error("No RDS.");
const { recommendation, offered, offerings, list, reservations } = rds;
const ofProduct = (productDescription: string) => ({ ...recommendation, productDescription }) as AnyRecommendation;

/** AWS' filter, which knows spellings of its own: it matches parts of those, and finds nothing for a bracket. */
function filtering(...sold: readonly string[]) {
  const filterWord = (text: string) => text.replace(/ ?\(li\)$/, "").replace(/ ?\(byol\)$/, "-byol");
  return computed(({ parameters }) => {
    const filter = parameters.get("ProductDescription");
    const shown = sold.filter((text) => filter === null || filterWord(text).includes(filter));
    return offered(
      shown.map((ProductDescription) => ({ ProductDescription, offeringId: `offering of ${ProductDescription}` })),
    );
  });
}

/** What is quoted for a product description where these are sold. */
async function quote(asked: string, ...sold: readonly string[]) {
  await using loopback = await startLoopback();
  loopback.on(offerings, filtering(...sold));
  const executor = serviceAt("rds", loopback);
  const { request } = await executor.quote(executor.schema.parse(ofProduct(asked)), marker, calmly);
  return request["offeringId"];
}

describe("B14: product descriptions of RDS with a licence", () => {
  test.each([
    ["oracle-se2(li)", "oracle-se2(li)"],
    ["oracle-se2 (li)", "oracle-se2(li)"],
    ["oracle-se2(li)", "oracle-se2 (li)"],
    ["oracle-se2 (byol)", "oracle-se2 (byol)"],
    ["oracle-se2(byol)", "oracle-se2 (byol)"],
    ["oracle-se2-byol", "oracle-se2 (byol)"],
    ["Oracle-SE2 (BYOL)", "oracle-se2(byol)"],
    ["oracle-ee(byol)", "oracle-ee (byol)"],
    ["oracle-ee-cdb (byol)", "oracle-ee-cdb(byol)"],
    ["sqlserver-se (li)", "sqlserver-se(li)"],
    ["sqlserver-ee(byol)", "sqlserver-ee (byol)"],
    ["sqlserver-web", "sqlserver-web"],
    ["db2-se (byol)", "db2-se(byol)"],
    ["custom-oracle-ee(byol)", "custom-oracle-ee (byol)"],
    // The name of the filter: with the licence included.
    ["oracle-se2", "oracle-se2(li)"],
    ["oracle-se2 (li)", "oracle-se2"],
    ["sqlserver-se", "sqlserver-se(li)"],
    ["postgresql", "postgresql"],
  ])("%s is met by %s", async (asked, sold) => {
    expect(await quote(asked, sold, "oracle-se1(li)", "aurora-postgresql")).toBe(`offering of ${sold}`);
  });

  test("each licence has its own offering", async () => {
    const sold = ["oracle-se2(li)", "oracle-se2 (byol)"];
    expect(await quote("oracle-se2 (li)", ...sold)).toBe("offering of oracle-se2(li)");
    expect(await quote("oracle-se2", ...sold)).toBe("offering of oracle-se2(li)");
    expect(await quote("oracle-se2(byol)", ...sold)).toBe("offering of oracle-se2 (byol)");
  });

  test("what is sold in two ways that mean the same is for a person", async () => {
    expect(await thrownBy(quote("oracle-se2", "oracle-se2(li)", "oracle-se2"))).toMatchObject({
      code: "several-offerings",
    });
  });

  test.each([
    ["oracle-se2 (byol)", "oracle-se2(li)"],
    ["oracle-se2", "oracle-se2 (byol)"],
    ["oracle-ee", "oracle-ee(byol)"],
    ["oracle-se", "oracle-se2(li)"],
    ["oracle-ee", "oracle-ee-cdb (byol)"],
    ["postgresql", "postgresql (byol)"],
    ["postgresql", "aurora-postgresql"],
  ])("%s is not met by %s", async (asked, sold) => {
    expect(await thrownBy(quote(asked, sold))).toMatchObject({ code: "not-offered" });
  });

  test("what was bought is compared in the same way", async () => {
    await using loopback = await startLoopback();
    loopback.on(list, reservations([{ ProductDescription: "oracle-se2(li)" }]));
    const executor = serviceAt("rds", loopback);
    const found = await executor.inventory.read(submissionFor(rds).scope, rds.id, calmly);
    const fields = async (asked: string) =>
      (await differencesOf(executor, ofProduct(asked), found)).map(({ field }) => field);
    expect(await fields("oracle-se2 (li)")).toEqual([]);
    expect(await fields("oracle-se2")).toEqual([]);
    expect(await fields("oracle-se2 (byol)")).toEqual(["productDescription"]);
    // As it is in the file, and in a record: not in the one spelling.
    expect(await fields("Oracle-SE2 (LI)")).toEqual([]);
    const submission = { ...submissionFor(rds), recommendation: ofProduct("oracle-se2(li)") };
    const resolution = await executor.resolve(submission, { ...calmly, owned: new Set(), age: aged() });
    expect(judge({ resolution, age: aged(0) }, submission, executor)).toMatchObject({ kind: "bought" });
  });
});

describe("B15: a spelling that means nothing is no other purchase", () => {
  const { schema } = serviceOf("rds");

  test("letter case, blanks and AWS' two ways to say a licence: one fingerprint", () => {
    const spelled = [
      "oracle-se2 (byol)",
      "oracle-se2(byol)",
      "Oracle-SE2 (BYOL)",
      "oracle-se2  (byol)",
      "oracle-se2-byol",
    ];
    const prints = spelled.map((text) => fingerprint(schema.parse(ofProduct(text))));
    expect(new Set(prints).size).toBe(1);
    const included = ["oracle-se2 (li)", "oracle-se2(li)", "oracle-se2"].map((text) =>
      fingerprint(schema.parse(ofProduct(text))),
    );
    expect(new Set(included).size).toBe(1);
    expect(included[0]).not.toBe(prints[0]);
  });

  test("normalised once, it stays as it is", () => {
    for (const text of ["postgresql", "sqlserver-se (byol)", "oracle-se2", "aurora-mysql", "postgresql (li)"]) {
      expect(normaliseDescription(text)).toBe(text);
    }
  });
});

describe.each(services)("B15: what is spelled otherwise in $service is refused before anything is sent", (one) => {
  const executor = serviceOf(one.service);

  test.each(["region", "instanceClass", "nodeType", "instanceType", "payment", "term"])("%s in capitals", (field) => {
    const value = one.recommendation[field];
    if (typeof value !== "string") return;
    const other = { ...one.recommendation, [field]: field === "term" ? value.toLowerCase() : value.toUpperCase() };
    expect(executor.schema.safeParse(other).success).toBe(false);
  });
});
