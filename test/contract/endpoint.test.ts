import { expect, test } from "vitest";
import { parseEndpoint } from "../../src/contract/endpoint.ts";

test.each([
  ["https://management.azure.com", false],
  ["http://127.0.0.1:8080", true],
  ["http://[::1]:8080", true],
  ["http://localhost:8080", true],
])("accepts %s", (text, insecure) => {
  expect(parseEndpoint(text).insecure).toBe(insecure);
});

test.each([
  "http://management.azure.com",
  "http://127.0.0.1.example.com",
  "http://10.0.0.1",
  "ftp://127.0.0.1",
  "https://user:secret@example.com",
  "https://example.com/?a=b",
  "management.azure.com",
  "",
])("refuses %s", (text) => {
  expect(() => parseEndpoint(text)).toThrow(expect.objectContaining({ code: "invalid-configuration" }));
});
