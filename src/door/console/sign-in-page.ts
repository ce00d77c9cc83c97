import { formValue, html } from "../../report/html.ts";
import type { DoorContext } from "../door-context.ts";
import { alert } from "./action-page.ts";
import { bareFrame } from "./console-frame.ts";
import { withQuery } from "./console-links.ts";
import { type ConsoleParts, pageAnswer, redirect } from "./console-parts.ts";
import {
  checkOwnPage,
  forgetToken,
  keepToken,
  longestToken,
  readForm,
  signedHeaders,
  signedIn,
} from "./console-session.ts";

/** Why the sign-in shows. */
type Why = "needed" | "over" | "unknown" | "too-long" | "not-kept" | "out";

const notices: Readonly<Record<Exclude<Why, "needed">, string>> = {
  over: "You are no longer signed in. Nothing was done.",
  unknown: "This token is not known, or it has expired.",
  "too-long": `The token is longer than ${longestToken} characters: a browser does not keep it.`,
  "not-kept":
    "The browser did not keep the sign-in. Open the console over https, or on the machine itself, and allow cookies.",
  out: "You are signed out.",
};

/** The page that takes a token. After a sign-in it checks that the browser kept it. */
export async function signIn(parts: ConsoleParts, c: DoorContext): Promise<Response> {
  const { next, why, kept } = c.req.query();
  const path = ownPath(c, next);
  if (parts.entrance.asksNobody) return redirect(path);
  if (kept !== undefined) {
    const caller = await signedIn(parts, c, signedHeaders(c));
    return caller === undefined ? form(c, path, "not-kept", 200) : redirect(path);
  }
  return form(c, path, why === "over" || why === "out" ? why : "needed", 200);
}

/** Takes the token of the form, if somebody is known by it. */
export async function takeToken(parts: ConsoleParts, c: DoorContext): Promise<Response> {
  checkOwnPage(c);
  const fields = await readForm(c);
  const token = (fields.get("token") ?? "").trim();
  const path = ownPath(c, fields.get("next"));
  if (parts.entrance.asksNobody) return redirect(path);
  if (token.length > longestToken) return form(c, path, "too-long", 400);
  if (!/^[\x21-\x7e]+$/.test(token)) return form(c, path, "unknown", 401);
  const headers = signedHeaders(c);
  headers.set("authorization", `Bearer ${token}`);
  const caller = await signedIn(parts, c, headers);
  if (caller === undefined) return form(c, path, "unknown", 401);
  return parts.entrance.admit(c, caller, async () => {
    keepToken(c, token);
    return kept(c, redirect(withQuery("/sign-in", { next: path, kept: "1" })));
  });
}

/** Has the browser forget the token. */
export function signOut(c: DoorContext): Response {
  checkOwnPage(c);
  forgetToken(c);
  return kept(c, redirect(withQuery("/sign-in", { why: "out" })));
}

/** The cookies that were set, on an answer. */
function kept(c: DoorContext, response: Response): Response {
  for (const cookie of c.res.headers.getSetCookie()) response.headers.append("set-cookie", cookie);
  return response;
}

/** A page of this server, for wherever a link may have come from. */
function ownPath(c: DoorContext, next: string | undefined): string {
  if (next === undefined || !/^\/[\w\-.!~*'()%/?&=+:@]*$/.test(next)) return "/";
  const { origin } = new URL(c.req.url);
  const url = URL.canParse(next, origin) ? new URL(next, origin) : undefined;
  return url?.origin === origin && !url.pathname.startsWith("//") ? next : "/";
}

function form(c: DoorContext, next: string, why: Why, status: number): Response {
  const page = html`<h1>Sign in</h1>
    <p>To the server at <bdi>${new URL(c.req.url).host}</bdi></p>
    ${why === "needed" ? undefined : why === "out" || why === "over" ? html`<p class="done" role="status">${notices[why]}</p>` : alert(html`<p>${notices[why]}</p>`)}
    <form method="post" action="/sign-in" class="ask sign-in">
      <input type="hidden" name="next" value="${formValue(next)}" />
      <p class="field">
        <label for="token">Your token</label>
        <input id="token" name="token" type="password" required autocomplete="current-password" />
      </p>
      <p class="buttons"><button class="button main">Sign in</button></p>
    </form>
    <p class="soft small">
      The browser keeps it until it is closed or you sign out. What you decide is recorded under the name of the token.
    </p>`;
  return pageAnswer(bareFrame("Sign in", page), status);
}
