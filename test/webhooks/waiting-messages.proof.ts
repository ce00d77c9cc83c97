import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../sandbox/support.ts";
import { deliveredInLittleRoom } from "./waiting-messages.ts";

test("10,000 waiting messages of 20 kB are delivered by a process that has no room for them at once", async () => {
  expect(await deliveredInLittleRoom(join(temporaryFolder(), "many.db"), 10_000, 20_000)).toBe(10_000);
});
