import { startLoopback, type Arrived, type Loopback, type Reply } from "./azure-loopback.ts";
import { kindOf } from "./azure-samples.ts";

/** A listing that is paged by offset, as Azure's was recorded, and changes between two requests. */
interface MovingList {
  /** The ids at the beginning, in the listing's order. */
  readonly ids: readonly string[];
  readonly pageSize: number;
  /** How an id is shown. */
  readonly show: (id: string) => unknown;
  /** Called after each page, from 1, with the ids that can be changed. */
  readonly afterPage?: (nth: number, ids: string[]) => void;
  /** Everything but the listing. */
  readonly others?: (request: Arrived) => Reply;
}

/** Starts a server with such a listing; `pages` are the offsets that were asked for. */
export async function startMovingList({
  ids,
  pageSize,
  show,
  afterPage,
  others,
}: MovingList): Promise<Loopback & { readonly pages: readonly number[] }> {
  const current = [...ids];
  const pages: number[] = [];
  const server = await startLoopback((request) => {
    const isListing = kindOf(request) === "list" || request.path.includes("/savingsPlanOrders?");
    if (!isListing) return others?.(request) ?? { status: 500 };
    const url = new URL(request.path, `http://${request.headers.host}`);
    const offset = Number(url.searchParams.get("$skiptoken") ?? 0);
    pages.push(offset);
    const value = current.slice(offset, offset + pageSize).map(show);
    url.searchParams.set("$skiptoken", String(offset + pageSize));
    const nextLink = offset + pageSize < current.length ? url.href : undefined;
    afterPage?.(pages.length, current);
    return { status: 200, body: { value, nextLink } };
  });
  return { ...server, pages, arrived: server.arrived, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
