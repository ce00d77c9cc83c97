import type { Account } from "../../contract/payer.ts";
import { type Html, html } from "../../report/html.ts";
import type { Caller } from "../door-parts.ts";
import { link } from "./console-links.ts";
import type { ConsoleParts } from "./console-parts.ts";

/** A page, without what is around it. */
export interface ConsolePage {
  readonly title: string;
  readonly body: Html;
  /** Where its events come from: the parts of the page that carry `data-live` are renewed. */
  readonly events?: string | undefined;
  /** The number of the last line of the history that it shows. */
  readonly seen?: number | undefined;
  /** It renews itself, now and then. */
  readonly isLive?: boolean | undefined;
  /** Something is about to be decided on it: it is told that there is news, and stays as it is. */
  readonly isHeld?: boolean | undefined;
}

/** A whole page, for somebody who is known. */
export function framed(
  { entrance, imitation }: Pick<ConsoleParts, "entrance" | "imitation">,
  caller: Caller,
  { title, body, events, seen = 0, isLive = events !== undefined, isHeld = false }: ConsolePage,
): Html {
  const live = html`data-watch="${isHeld ? "held" : isLive ? "live" : "no"}" data-seen="${seen}"
  data-events="${events === undefined ? "" : link(events)}"`;
  const signOut = entrance.asksNobody
    ? undefined
    : html`<form method="post" action="/sign-out"><button class="plain">Sign out</button></form>`;
  return wholePage(
    title,
    html`<header>
        <div class="top">
          <nav aria-label="Console"><a class="brand" href="/">buyonce</a> <a href="/">Executions</a></nav>
          <div class="who">
            <span>You are <bdi>${caller.name}</bdi></span
            >${signOut}
          </div>
        </div>
        ${imitation ? html`<p class="trial">A trial against an imitation: nothing is bought and nothing is charged.</p>` : undefined}
      </header>
      <main id="main" tabindex="-1" ${live}>${body}</main>
      <div id="news" role="status" class="news"></div>`,
  );
}

/** A page for somebody who is not known. */
export function bareFrame(title: string, body: Html, head?: Html): Html {
  return wholePage(title, html`<main id="main" tabindex="-1">${body}</main>`, head);
}

function wholePage(title: string, body: Html, head?: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${head}
        <title>${title} · buyonce</title>
        <link rel="icon" href="/console/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/console/style.css" />
        <script src="/console/script.js" defer></script>
      </head>
      <body class="console">
        <a class="skip" href="#main">To the content</a>
        ${body}
      </body>
    </html> `;
}

/** A time of the ledger (milliseconds since 1970): in UTC, to which the script adds that of the reader's zone. */
export function timeMark(at: number, text: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${text} UTC</time>`;
}

/** A text of somebody else's: its direction of writing stays its own, and it is cut where it is very long. */
export function foreign(text: string, most = 600): Html {
  return html`<bdi>${text.length > most ? `${text.slice(0, most)} … (${text.length} characters)` : text}</bdi>`;
}

/** Who pays. The account goes to a line of its own before it is broken. */
export function accountPart({ provider, account }: Account): Html {
  return html`${foreign(provider)}${account === undefined ? undefined : html` <span class="id">${foreign(account)}</span>`}`;
}
