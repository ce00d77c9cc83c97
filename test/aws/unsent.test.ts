import { readFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { EC2Client, PurchaseReservedInstancesOfferingCommand } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { judgePurchaseError } from "../../providers/aws/judge-purchase-error.ts";
import { createPurchaseHandler } from "../../providers/aws/request-handler.ts";
import { ec2At, instances, submission } from "./ec2/ec2-answers.ts";
import { find, first } from "./aws-executors.ts";
import { thrownBy } from "../thrown-by.ts";
import { trusting } from "../http/trusting.ts";
import { startLoopback } from "./aws-loopback.ts";

const pem = readFileSync(new URL("../../fixtures/tls/self-signed.pem", import.meta.url), "utf8");
const notSent = {
  kind: "rejected",
  left: false,
  retryable: true,
  reason: expect.stringContaining("did not reach EC2"),
};

/** Sends a purchase to an endpoint with the SDK and says what its error proves. */
async function buyAt(endpoint: string, timeout = 2000) {
  const client = new EC2Client({
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
    maxAttempts: 1,
    requestHandler: createPurchaseHandler({ timeout, maxAnswerBytes: 1000 }),
  });
  const command = new PurchaseReservedInstancesOfferingCommand({
    ReservedInstancesOfferingId: "offering-1",
    InstanceCount: 1,
  });
  const error = await thrownBy(client.send(command, { abortSignal: AbortSignal.timeout(timeout) }));
  return judgePurchaseError(error, { handedOver: true }, { title: "EC2", permission: "ec2:Buy", quotaCodes: [] });
}

async function listening(server: Server): Promise<Disposable & { readonly port: number }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

describe("B4: errors of connecting and of TLS prove that nothing was sent", () => {
  test("the server is gone since the last read", async () => {
    const loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances());
    const ec2 = ec2At(loopback);
    await find(ec2, submission.scope, {});
    await loopback[Symbol.asyncDispose]();
    expect(await ec2.send(submission, first)).toMatchObject({
      ...notSent,
      providerCode: "ECONNREFUSED",
    });
  });

  test("a certificate that nobody vouches for: no request arrives", async () => {
    let requests = 0;
    const server = createHttpsServer({ key: pem, cert: pem }, () => requests++);
    using at = await listening(server);
    expect(await buyAt(`https://127.0.0.1:${at.port}`)).toMatchObject({
      ...notSent,
      providerCode: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(requests).toBe(0);
  });

  test("a server that speaks no TLS, and one that hangs up in the handshake", async () => {
    const plain = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    using speaking = await listening(plain);
    expect(await buyAt(`https://127.0.0.1:${speaking.port}`)).toMatchObject(notSent);

    const silent = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.resetAndDestroy());
    });
    using hanging = await listening(silent);
    // ECONNRESET, which proves nothing once the request was written.
    expect(await buyAt(`https://127.0.0.1:${hanging.port}`)).toMatchObject({ ...notSent, providerCode: "ECONNRESET" });
  });

  test("a handshake that never ends", async () => {
    const server = createTcpServer((socket) => void socket.on("error", () => undefined));
    using at = await listening(server);
    expect(await buyAt(`https://127.0.0.1:${at.port}`, 200)).toMatchObject(notSent);
  });

  test("a certificate that is trusted, for another host", async () => {
    using _trust = trusting(pem);
    using at = await listening(createHttpsServer({ key: pem, cert: pem }));
    // "localhost" is in the certificate, this name of the same machine is not.
    expect(await buyAt(`https://elsewhere.localhost:${at.port}`)).toMatchObject(notSent);
  });

  test("no connection was tried: EMFILE, EAI_AGAIN and what else has a system call of connecting", async () => {
    for (const [code, syscall] of [
      ["EMFILE", "connect"],
      ["EHOSTUNREACH", "connect"],
      ["ENETUNREACH", "connect"],
      ["EAI_AGAIN", "getaddrinfo"],
    ]) {
      const error = Object.assign(new Error("x"), { code, syscall });
      const context = { title: "EC2", permission: "ec2:Buy", quotaCodes: [] };
      expect(judgePurchaseError(error, { handedOver: true }, context)).toMatchObject(notSent);
    }
  });
});

describe("B4: what comes after the handshake proves nothing", () => {
  test("a reset after the request was read, over TLS", async () => {
    using _trust = trusting(pem);
    const raw: Socket[] = [];
    let requests = 0;
    const server = createHttpsServer({ key: pem, cert: pem }, () => {
      requests++;
      for (const socket of raw) socket.resetAndDestroy();
    });
    server.on("connection", (socket: Socket) => raw.push(socket));
    server.on("tlsClientError", () => undefined);
    using at = await listening(server);
    expect(await buyAt(`https://127.0.0.1:${at.port}`)).toMatchObject({ kind: "unknown" });
    expect(requests).toBe(1);
  });

  test("a client certificate that is asked for: with TLS 1.3 the refusal comes after the request", async () => {
    using _trust = trusting(pem);
    const server = createHttpsServer({ key: pem, cert: pem, requestCert: true, minVersion: "TLSv1.3" });
    using at = await listening(server);
    expect(await buyAt(`https://127.0.0.1:${at.port}`)).toMatchObject({ kind: "unknown" });
  });
});
