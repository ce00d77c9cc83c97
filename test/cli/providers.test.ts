import { expect, test } from "vitest";
import { createProviders, endpointsAt } from "../../src/cli/resources/providers.ts";

test.each([
  ["AWS itself", {}, 300_000],
  ["an endpoint over https, whatever is behind it", { aws: "https://127.0.0.1:8443" }, 300_000],
  ["an imitation alike: it may lag, or have other buyers", endpointsAt("http://127.0.0.1:8080"), 300_000],
])("%s: what merely fits counts from the minimum age on", async (_what, endpoints, minimumAge) => {
  const [aws] = await createProviders(["aws"], endpoints, 60_000);
  expect(aws?.services["ec2"]?.recovery).toMatchObject({ minimumAge });
  expect(aws?.services["redshift"]?.recovery).toMatchObject({ minimumAge });
});
