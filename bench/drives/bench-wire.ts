import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

/** Requests to the sandbox with nothing but `node:http`, over connections that are kept. */
export function createWire(origin: string) {
  const agent = new Agent({ keepAlive: true });
  return {
    async send(method: string, path: string, body?: object): Promise<unknown> {
      const url = new URL(path, origin);
      if (!url.searchParams.has("api-version")) url.searchParams.set("api-version", "2022-11-01");
      const headers = { authorization: "Bearer bench", "content-type": "application/json" };
      const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
        const sent = request(url, { method, agent, headers }, (response) => {
          text(response).then((read) => resolve({ status: response.statusCode ?? 0, text: read }), reject);
        });
        sent.on("error", reject);
        sent.end(body === undefined ? undefined : JSON.stringify(body));
      });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return JSON.parse(answer.text) as unknown;
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}
