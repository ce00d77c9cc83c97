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
  /** Awaited before each page is answered, from 1. */
  readonly before?: (nth: number) => Promise<void>;
  /** Another answer for the nth page, from 1. */
  readonly answer?: (nth: number) => Reply | undefined;
  /** Everything but the listing. */
  readonly others?: (request: Arrived) => Reply;
}

/** Starts a server with such a listing; `pages` are the offsets that were asked for. */
export async function startMovingList({
  ids,
  pageSize,
  show,
  afterPage,
  before,
  answer,
  others,
}: MovingList): Promise<Loopback & { readonly pages: readonly number[] }> {
  const current = [...ids];
  const pages: number[] = [];
  let asked = 0;
  const server = await startLoopback(async (request) => {
    const isListing = kindOf(request) === "list" || request.path.includes("/savingsPlanOrders?");
    if (!isListing) return others?.(request) ?? { status: 500 };
    const nth = (asked += 1);
    await before?.(nth);
    const other = answer?.(nth);
    if (other !== undefined) return other;
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
