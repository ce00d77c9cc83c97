import { Big } from "big.js";
import type { ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { GoogleFault, googleAnswer } from "./google-answer.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";

/** What the imitated price list holds, in US dollars per hour and unit. */
interface Entry {
  readonly description: string;
  readonly usageType: string;
  readonly resourceGroup: string;
  readonly unit: keyof typeof measures;
  readonly regions: readonly string[];
  readonly price: string;
  /** Where it is asked for by its id. */
  readonly skuId?: string;
}

/** How the list measures: an hour, a GiB for an hour, a GiB for a month of 30 days. */
const measures = {
  h: { words: "hour", base: "s", baseWords: "second", factor: 3_600 },
  "GiBy.h": { words: "gibibyte hour", base: "By.s", baseWords: "byte second", factor: 3_600 * 1_024 ** 3 },
  "GiBy.mo": { words: "gibibyte month", base: "By.s", baseWords: "byte second", factor: 30 * 86_400 * 1_024 ** 3 },
} as const;

/** Prices of other currencies are converted; the rates are made up. */
const currencies: Readonly<Record<string, string>> = { USD: "1", EUR: "0.9", GBP: "0.8" };

const places = [
  { name: "Americas", regions: ["us-central1", "us-east1", "us-west1"] },
  { name: "Belgium", regions: ["europe-west1"] },
] as const;

/** The family as descriptions of SKUs name it; prices of one vCPU and one GiB, for one year and for three. */
const families = [
  { sku: "Commitment v1:", cpu: "Cpu in", ram: "Ram in", prices: ["0.019915", "0.002669", "0.014225", "0.001907"] },
  { sku: "Commitment v1: N2", cpu: "Cpu in", ram: "Ram in", prices: ["0.019915", "0.002669", "0.014225", "0.001907"] },
  { sku: "Commitment v1: N2D AMD", cpu: "Cpu in", ram: "Ram in", prices: ["0.01732", "0.00232", "0.01237", "0.00166"] },
  { sku: "Commitment v1: G2", cpu: "Cpu in", ram: "Ram in", prices: ["0.015738", "0.001844", "0.011241", "0.001317"] },
  { sku: "Commitment v1: E2", cpu: "Cpu in", ram: "Ram in", prices: ["0.013741", "0.001842", "0.009815", "0.001316"] },
  {
    sku: "Commitment: Compute optimized",
    cpu: "Core running in",
    ram: "Ram running in",
    prices: ["0.0214", "0.00287", "0.01529", "0.00205"],
  },
] as const;

/** Beside the commitments what else the real list holds, so that a rule that matches too much is seen. */
const entries: readonly Entry[] = places.flatMap(({ name, regions }) => [
  ...families.flatMap(({ sku, cpu, ram, prices: [cpu1, ram1, cpu3, ram3] }): Entry[] => [
    entry(`${sku} ${cpu} ${name} for 1 Year`, "Commit1Yr", "CPU", "h", regions, cpu1),
    entry(`${sku} ${ram} ${name} for 1 Year`, "Commit1Yr", "RAM", "GiBy.h", regions, ram1),
    // Both spellings of the years are in the real list.
    entry(`${sku} ${cpu} ${name} for 3 Year`, "Commit3Yr", "CPU", "h", regions, cpu3),
    entry(`${sku} ${ram} ${name} for 3 Years`, "Commit3Yr", "RAM", "GiBy.h", regions, ram3),
  ]),
  entry(`N2 Instance Core running in ${name}`, "OnDemand", "CPU", "h", regions, "0.031611"),
  entry(`N2 Instance Ram running in ${name}`, "OnDemand", "RAM", "GiBy.h", regions, "0.004237"),
  entry(`Spot Preemptible N2 Instance Core running in ${name}`, "Preemptible", "CPU", "h", regions, "0.00765"),
  entry(`Commitment v1: Local SSD in ${name} for 1 Year`, "Commit1Yr", "LocalSSD", "GiBy.mo", regions, "0.0504"),
  entry(`Commitment v1: Local SSD in ${name} for 3 Years`, "Commit3Yr", "LocalSSD", "GiBy.mo", regions, "0.036"),
  entry(`Commitment v1: Z3 Local SSD in ${name} for 1 Year`, "Commit1Yr", "LocalSSD", "GiBy.mo", regions, "0.048"),
  entry(`Commitment v1: Nvidia L4 GPU running in ${name} for 1 Year`, "Commit1Yr", "GPU", "h", regions, "0.35"),
  entry(`Commitment v1: Nvidia L4 GPU running in ${name} for 3 Years`, "Commit3Yr", "GPU", "h", regions, "0.25"),
]);

/** Licences: everywhere the same. How the real list words their commitments is not known here; they are looked up by id. */
const licenses: readonly Entry[] = [
  { name: "SLES for SAP 15 on VM with 3 or 4 VCPU", skuId: "0A1B-2C3D-4E5F", yearly: "0.2", threeYears: "0.14" },
  { name: "SLES 15", skuId: "0A1B-2C3D-4E60", yearly: "0.08", threeYears: "0.06" },
].flatMap(({ name, skuId, yearly, threeYears }) => [
  { ...entry(`Commitment: Licensing Fee for ${name} for 1 Year`, "Commit1Yr", "SLES", "h", ["global"], yearly), skuId },
  entry(`Commitment: Licensing Fee for ${name} for 3 Years`, "Commit3Yr", "SLES", "h", ["global"], threeYears),
]);

/** What BigQuery's slots cost; pay as you go beside it. Its multi-regions are in lower case. */
const slotEntries: readonly Entry[] = [
  { name: "US (multi-region)", region: "us" },
  { name: "EU (multi-region)", region: "eu" },
  { name: "Iowa (us-central1)", region: "us-central1" },
].flatMap(({ name, region }) =>
  [
    { edition: "Enterprise", prices: ["0.06", "0.048", "0.036"] },
    { edition: "Enterprise Plus", prices: ["0.1", "0.08", "0.06"] },
  ].flatMap(({ edition, prices: [onDemand = "", yearly = "", threeYears = ""] }) => {
    const title = `BigQuery ${edition} Edition for ${name}`;
    return [
      entry(title, "OnDemand", "Edition", "h", [region], onDemand),
      entry(`${title} 1 Year Commitment`, "Commit1Yr", "Edition", "h", [region], yearly),
      entry(`${title} 3 Year Commitment`, "Commit3Yr", "Edition", "h", [region], threeYears),
    ];
  }),
);

function entry(
  description: string,
  usageType: string,
  resourceGroup: string,
  unit: Entry["unit"],
  regions: readonly string[],
  price: string,
): Entry {
  return { description, usageType, resourceGroup, unit, regions, price };
}

/** GET /v1/services/6F81-5844-456A/skus, and those of 16B8-3DDA-9F10: public prices, in pages. */
export function listSkus(
  { path, query }: SandboxRequest,
  { now, fault }: Pick<ImitationContext, "now" | "fault">,
  { skusPerPage }: GcpBehaviour,
): SandboxResponse {
  const currency = query.get("currencyCode") || "USD";
  const rate = Object.hasOwn(currencies, currency) ? currencies[currency] : undefined;
  if (rate === undefined) throw new GoogleFault(400, "badRequest", `Unsupported currency ${currency}.`);
  const skipped = Number(query.get("pageToken") || 0);
  const next = skipped + skusPerPage;
  const listed = path.includes("16B8-3DDA-9F10") ? slotEntries : [...entries, ...licenses];
  const page = listed.slice(skipped, next).map((one, index) => skuBody(one, skipped + index, { currency, rate, now }));
  const token = fault?.listing === "repeated-next-link" ? String(skipped) : next < listed.length ? String(next) : "";
  return googleAnswer(200, { ...(fault?.listing === "empty" ? {} : { skus: page }), nextPageToken: token });
}

function skuBody(
  { description, usageType, resourceGroup, unit, regions, price, skuId: given }: Entry,
  index: number,
  { currency, rate, now }: { readonly currency: string; readonly rate: string; readonly now: number },
): object {
  const skuId = given ?? `0000-0000-${index.toString(16).toUpperCase().padStart(4, "0")}`;
  const amount = new Big(price).times(rate);
  const units = amount.round(0, Big.roundDown);
  const { words, base, baseWords, factor } = measures[unit];
  return {
    name: `services/6F81-5844-456A/skus/${skuId}`,
    skuId,
    description,
    category: {
      serviceDisplayName: "Compute Engine",
      resourceFamily: resourceGroup === "SLES" ? "License" : "Compute",
      resourceGroup,
      usageType,
    },
    serviceRegions: regions,
    pricingInfo: [
      {
        summary: "",
        pricingExpression: {
          usageUnit: unit,
          displayQuantity: 1,
          tieredRates: [
            {
              startUsageAmount: 0,
              unitPrice: {
                currencyCode: currency,
                units: units.toFixed(),
                nanos: amount.minus(units).times(1_000_000_000).round().toNumber(),
              },
            },
          ],
          usageUnitDescription: words,
          baseUnit: base,
          baseUnitDescription: baseWords,
          baseUnitConversionFactor: factor,
        },
        currencyConversionRate: Number(rate),
        effectiveTime: new Date(now).toISOString(),
      },
    ],
    serviceProviderName: "Google",
    geoTaxonomy: { type: regions.length > 1 ? "MULTI_REGIONAL" : "REGIONAL", regions },
  };
}
