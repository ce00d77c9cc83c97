import { adviceOf, errorAdvice, todoOf } from "../contract/error-advice.ts";
import { type Door, notFound } from "./door-context.ts";
import { documentSchema } from "./door-schemas.ts";
import { openapiDocument } from "./openapi-document.ts";
import { RequestError } from "./problem.ts";
import { type AnyRoute, route } from "./routes.ts";

/** The routes about the server itself, which anybody may call; `others` are described with them. */
export function serviceRoutes(
  { ledger, runner }: Pick<Door, "ledger" | "runner">,
  others: readonly AnyRoute[],
): readonly AnyRoute[] {
  const routes: AnyRoute[] = [
    route({
      method: "get",
      path: "/livez",
      summary: "The server runs.",
      answers: { 200: "text" },
      handle: () => new Response("ok\n", { headers: plain }),
    }),
    route({
      method: "get",
      path: "/readyz",
      summary: "The ledger answers, and the server is not ending.",
      answers: { 200: "text" },
      handle: async () => {
        if (runner.draining.aborted) throw shuttingDown();
        await ledger.now();
        return new Response("ready\n", { headers: plain });
      },
    }),
    route({
      method: "get",
      path: "/errors/{code}",
      summary: "What a code means and what to do.",
      answers: { 200: "text" },
      handle: (c) => {
        const code = c.req.param("code") ?? "";
        if (!Object.hasOwn(errorAdvice, code)) throw notFound("There is no such code.");
        const { plain: happened, detail = "" } = adviceOf(code);
        return new Response(`${code}\n\n${`${happened} ${detail}`.trim()}\n\n${todoOf(code)}\n`, { headers: plain });
      },
    }),
    route({
      method: "get",
      path: "/openapi.json",
      summary: "This document.",
      answers: { 200: documentSchema },
      handle: () => new Response(document(), { headers: json }),
    }),
  ];
  // Once: it takes longer than most answers.
  let made: string | undefined;
  const document = () => (made ??= JSON.stringify(openapiDocument([...others, ...routes])));
  return routes;
}

const json = { "content-type": "application/json", "cache-control": "no-cache" };

const plain = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" };

/** Seconds after which another server may have taken the place of one that ends, in milliseconds. */
const comeBackAfter = 5000;

/** That the server takes nothing new any more. */
export function shuttingDown(): RequestError {
  return new RequestError("shutting-down", "The server is ending. Nothing was recorded. Send it again in a moment.", {
    retryAfter: comeBackAfter,
    headers: { connection: "close" },
  });
}
