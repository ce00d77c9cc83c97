import { amountText, html } from "../../report/html.ts";
import { pathOf } from "../answers.ts";
import type { DoorContext } from "../door-context.ts";
import { changedSince, isLast, problemFrom, problemText } from "./act.ts";
import { dropMisfit } from "./action-fit.ts";
import { type Again, alert, placeMisfitBody, reasonField, wayBack } from "./action-page.ts";
import { type ConsolePage, foreign, framed } from "./console-frame.ts";
import { executionPath, link, placePath } from "./console-links.ts";
import { type ConsoleParts, pageAnswer, redirect } from "./console-parts.ts";
import { readForm } from "./console-session.ts";
import type { PlaceOf } from "./place-page.ts";

/** Asks once more before a recommendation is dropped. */
export async function askedToSkip(
  parts: ConsoleParts,
  c: DoorContext,
  read: () => Promise<PlaceOf>,
  { again, status = 200 }: { readonly again?: Again; readonly status?: number } = {},
): Promise<Response> {
  return pageAnswer(framed(parts, c.get("caller"), skipPage(await read(), again)), status);
}

function skipPage({ executionId, place, record, lastNumber, termsTag }: PlaceOf, again?: Again): ConsolePage {
  const { recIndex } = place.outcome;
  const { maxPrice } = record.recommendation;
  const own = placePath(executionId, recIndex);
  const title = `Drop no. ${recIndex}`;
  const page = {
    title: `${title} of ${executionId}`,
    events: executionPath(executionId, "events"),
    seen: lastNumber,
    isHeld: true,
  };
  const why = dropMisfit(record);
  if (why !== undefined) return { ...page, body: placeMisfitBody({ executionId, recIndex, title, why, again }) };
  return {
    ...page,
    body: html`${wayBack(executionId, html` <a href="${link(own)}">No. ${recIndex}</a>`)}
      <h1>${title}?</h1>
      <p>${foreign(place.what)}</p>
      ${again && alert(again.why)}
      <section aria-labelledby="will">
        <h2 id="will">What will happen</h2>
        <ul class="will">
          <li>
            It is never bought under this execution
            (<strong>${maxPrice === undefined ? "no limit" : `at most ${amountText(maxPrice)}`}</strong>). This cannot
            be undone.
          </li>
          <li>The others are bought as before. What was sent already cannot be dropped.</li>
        </ul>
      </section>
      <form method="post" action="${link(placePath(executionId, recIndex, "skip"))}" class="ask">
        <input type="hidden" name="terms" value="${termsTag}" />
        ${reasonField(again?.reason ?? "")}
        <p class="buttons">
          <button class="button grave">Drop it for good</button>
          <a class="button" href="${link(own)}">Back, change nothing</a>
        </p>
      </form>`,
  };
}

/** Drops a recommendation, of the terms that were shown. */
export async function skip(parts: ConsoleParts, c: DoorContext, read: () => Promise<PlaceOf>): Promise<Response> {
  const fields = await readForm(c);
  const reason = (fields.get("reason") ?? "").trim();
  const tag = fields.get("terms") ?? "";
  const { executionId, record, termsTag } = await read();
  const { recIndex } = record;
  const done = redirect(placePath(executionId, recIndex));
  const show = (why: Again["why"], status: number) => askedToSkip(parts, c, read, { again: { why, reason }, status });
  const changed = async () => {
    // Sent twice, by a second press: the first one did it.
    const { record: now, told } = await read();
    const word = { event: "skip", person: c.get("caller").name, reason };
    return now.state === "skipped" && isLast(told, word) ? done : show(changedSince, 412);
  };
  if (termsTag !== tag) return changed();
  const path = `${pathOf(executionId)}/recommendations/${recIndex}/skip`;
  const problem = await problemFrom(parts, c, path, { method: "POST", body: { reason }, headers: { "if-match": tag } });
  if (problem === undefined) return done;
  return problem.code === "terms-changed" ? changed() : show(problemText(problem), problem.status);
}
