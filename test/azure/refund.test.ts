import { expect, test } from "vitest";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import { executorOf, failure, kindOf, orderId, reservation, signal, token } from "./support/azure-samples.ts";

const gbp = (amount: number) => ({ currencyCode: "GBP", amount });
const usd = (amount: number) => ({ currencyCode: "USD", amount });
const answers = (properties: Readonly<Record<string, unknown>>): Reply => ({ status: 200, body: { properties } });
const policy = (properties: Readonly<Record<string, unknown>>) => ({
  billingRefundAmount: gbp(0),
  policyResult: { properties },
});

const whole = reservation({ quantity: 2, expiryDate: "2027-01-05" }, { name: "r-1" });
const half = reservation({ quantity: 1, expiryDate: "2027-01-04" }, { name: "r 2" });

/** Shows the reservations of an order, and answers each request for a refund in turn. */
const azure = (reservations: readonly unknown[], ...replies: readonly Reply[]) => {
  let asked = 0;
  return startLoopback((request) =>
    kindOf(request) === "reservations"
      ? { status: 200, body: { value: reservations } }
      : (replies[asked++] ?? { status: 500 }),
  );
};

function refund(server: Loopback) {
  const executor = executorOf("compute", { endpoint: server.origin });
  return executor.inventory.refund?.({ key: "azure/default", label: "Azure" }, orderId, { signal });
}

test("each reservation of a split order is asked about by its own name and quantity, and what they give back is added", async () => {
  const limits = { maxRefundLimit: usd(50_000), consumedRefundsTotal: usd(12.5), policyErrors: [] };
  await using server = await azure(
    [whole, half],
    answers({ ...policy(limits), billingRefundAmount: gbp(0.1) }),
    answers({ billingRefundAmount: gbp(0.2) }),
  );
  expect(await refund(server)).toMatchObject({
    amount: { amount: "0.3", currency: "GBP" },
    lastDay: "2027-01-04",
    limit: { most: { amount: "50000", currency: "USD" }, used: { amount: "12.5", currency: "USD" } },
    problems: [],
  });
  const path = `/providers/Microsoft.Capacity/reservationOrders/${orderId}`;
  const posts = server.arrived.filter(({ method }) => method === "POST");
  expect(posts.map((request) => request.path)).toEqual(Array(2).fill(`${path}/calculateRefund?api-version=2022-11-01`));
  expect(posts.map(({ text }) => JSON.parse(text) as unknown)).toEqual(
    [
      [`${path}/reservations/r-1`, 2],
      [`${path}/reservations/r%202`, 1],
    ].map(([reservationId, quantity]) => ({
      id: path,
      properties: { scope: "Reservation", reservationToReturn: { reservationId, quantity } },
    })),
  );
});

test("B11: what was split, exchanged or has ended is not asked about, and its amount does not count", async () => {
  const ended = ["Cancelled", "Expired", "Failed", "Split", "Merged"].map((provisioningState, n) =>
    reservation({ quantity: 2, expiryDate: "2026-01-01", provisioningState }, { name: `old-${n}` }),
  );
  const again = { ...whole, name: "R-1" };
  await using server = await azure(
    [...ended, whole, again],
    answers({ billingRefundAmount: gbp(60) }),
    answers({ billingRefundAmount: gbp(60) }),
  );
  expect(await refund(server)).toMatchObject({ amount: { amount: "60", currency: "GBP" }, lastDay: "2027-01-05" });
  expect(server.count("POST")).toBe(1);
});

test("B11: an order of which all has ended gives nothing back, which does not change by trying again", async () => {
  await using server = await azure([reservation({ provisioningState: "Cancelled" }, { name: "r-1" })]);
  await expect(refund(server)).rejects.toMatchObject({
    code: "quote-failed",
    retryable: false,
    message: expect.stringContaining("all its reservations have ended"),
  });
  expect(server.count("POST")).toBe(0);
});

test("what the answer does not say is left out", async () => {
  await using server = await azure([reservation({}, { name: "r-1" })], answers({ billingRefundAmount: gbp(12) }));
  expect(await refund(server)).toEqual({
    amount: { amount: "12", currency: "GBP" },
    lastDay: undefined,
    limit: undefined,
    problems: [],
    rules: expect.stringContaining("50,000 USD"),
  });
});

test("a limit that cannot be read is none, and what is used of it may be left out", async () => {
  const limits = [{ maxRefundLimit: { amount: 50_000 } }, { maxRefundLimit: { ...usd(1), currencyCode: "USDX" } }];
  for (const unreadable of limits) {
    await using server = await azure([whole], answers(policy(unreadable)));
    expect((await refund(server))?.limit).toBeUndefined();
  }
  await using server = await azure([whole], answers(policy({ maxRefundLimit: usd(50_000), policyErrors: null })));
  expect((await refund(server))?.limit).toEqual({ most: { amount: "50000", currency: "USD" }, used: undefined });
});

test("Azure refuses one part: no amount for the order, and Azure's words why, without the token", async () => {
  const errors = [
    { code: "RefundLimitExceeded", message: `vm-${token} is above the limit.` },
    { code: "Other" },
    { code: null, message: "Only words." },
    {},
  ];
  await using server = await azure(
    [whole, half],
    answers({ billingRefundAmount: gbp(12) }),
    answers({ policyResult: { properties: { policyErrors: errors } } }),
  );
  expect(await refund(server)).toMatchObject({
    amount: undefined,
    problems: [
      `RefundLimitExceeded: vm-${token.slice(0, 8)}… is above the limit`,
      "Other",
      "Only words",
      "Azure gives no reason",
    ],
  });
});

test.each([
  ["no amount", [whole], [answers({})]],
  ["an amount of the first part alone", [whole, half], [answers({ billingRefundAmount: gbp(1) }), answers({})]],
  ["an amount of the second part alone", [whole, half], [answers({}), answers({ billingRefundAmount: gbp(1) })]],
  ["two currencies", [whole, half], [gbp(1), usd(1)].map((amount) => answers({ billingRefundAmount: amount }))],
  ["a currency that is none", [whole], [answers({ billingRefundAmount: { ...gbp(1), currencyCode: "xGBP" } })]],
  ["policy errors that cannot be read", [whole], [answers(policy({ policyErrors: "RefundLimitExceeded" }))]],
  ["no properties", [whole], [{ status: 200, body: {} }]],
] satisfies [string, readonly unknown[], readonly Reply[]][])(
  "an answer with %s is no refund, and no refusal of Azure's either",
  async (_what, reservations, replies) => {
    await using server = await azure(reservations, ...replies);
    await expect(refund(server)).rejects.toMatchObject({
      name: "RefusedError",
      code: "quote-failed",
      retryable: true,
      message: expect.stringContaining("no usable refund"),
    });
  },
);

test.each([203, 206])("C10: HTTP %i holds no refund", async (status) => {
  await using server = await azure([whole], { status, body: { properties: { billingRefundAmount: gbp(60) } } });
  await expect(refund(server)).rejects.toMatchObject({ code: "quote-failed", retryable: true });
});

test.each([
  ["no name", reservation()],
  ["an empty name", reservation({}, { name: "" })],
  ["no quantity", reservation({ quantity: null }, { name: "r-1" })],
])("a reservation with %s is not asked about", async (_what, shown) => {
  await using server = await azure([shown]);
  await expect(refund(server)).rejects.toMatchObject({
    code: "quote-failed",
    message: expect.stringContaining("has no name or quantity"),
  });
  expect(server.count("POST")).toBe(0);
});

test("an order that shows no reservation yet: nothing is calculated, and nothing is called refused", async () => {
  await using server = await azure([]);
  await expect(refund(server)).rejects.toMatchObject({
    code: "quote-failed",
    retryable: true,
    message: expect.stringContaining("shows no reservation yet"),
  });
});

test("Azure's own words say why it calculates nothing", async () => {
  await using server = await azure([whole], failure(400, "BadRequest", "Not this one."));
  await expect(refund(server)).rejects.toMatchObject({
    code: "quote-failed",
    retryable: false,
    message: expect.stringContaining("Could not calculate the refund: HTTP 400: BadRequest: Not this one"),
  });
});

test("403 names the right that is needed", async () => {
  await using server = await azure([whole], failure(403, "AuthorizationFailed"));
  await expect(refund(server)).rejects.toMatchObject({
    code: "access-denied",
    message: expect.stringMatching(/Owner or Reservation Administrator/),
  });
});
