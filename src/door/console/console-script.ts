/**
 * The console's script. Without it every page works; with it a page renews itself, times are in the reader's zone, and a lost
 * connection is told. It never moves what somebody points at or has the focus on, and changes nothing of a page that asks for a decision.
 */
export const consoleScript = String.raw`"use strict";
(() => {
  const format = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const isUtc = ["UTC", "Etc/UTC", "GMT"].includes(Intl.DateTimeFormat().resolvedOptions().timeZone);
  function localTimes(root) {
    if (isUtc) return;
    for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
      time.dataset.local = "";
      const utc = document.createElement("span");
      utc.className = "utc";
      utc.textContent = " (" + time.dateTime.slice(11, 19) + " UTC)";
      time.textContent = format.format(new Date(time.dateTime));
      time.append(utc);
    }
  }
  localTimes(document);
  // A second press on a button sends nothing more.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent !== undefined) return event.preventDefault();
    event.target.dataset.sent = "";
    const button = event.target.querySelector("button");
    if (button !== null && event.target.classList.contains("ask")) button.textContent = "One moment …";
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  const main = document.getElementById("main");
  const news = document.getElementById("news");
  if (news === null || main.dataset.watch === "no") return;
  const isHeld = main.dataset.watch === "held";
  const { events, seen } = main.dataset;
  const [fast, slow] = [2000, 15000];
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  let known = marked(document);
  let [lost, fresh, loading, again, streaming, last] = [false, undefined, false, false, false, seen];
  let [hide, isOver] = [new AbortController(), false];

  function marked(root) { return [...root.querySelectorAll("#main [data-live]")].map((part) => part.innerHTML).join(""); }
  // What is said is said once: a reader of screens hears each change.
  function say(text, style, label, press) {
    const key = text + (label || "");
    if (news.dataset.said === key) return;
    news.dataset.said = key;
    news.className = "news " + (style || "");
    news.replaceChildren();
    if (text === "") return;
    const line = document.createElement("span");
    line.textContent = text;
    news.append(line);
    if (label) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", press);
      news.append(button);
    }
  }
  function connected() {
    if (!lost) return;
    lost = false;
    say("Connected again at " + clock.format(new Date()) + ".", "", "", undefined);
    setTimeout(() => { if (!lost && news.dataset.said.startsWith("Connected again")) say(""); }, 8000);
  }
  function disconnected() {
    if (lost) return;
    lost = true;
    say("Connection lost at " + clock.format(new Date()) + ". What you see may be old. Trying again …", "lost");
  }
  async function look() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(20000) });
      if (new URL(response.url).pathname === "/sign-in") {
        say("You are signed out. What you see may be old.", "lost", "Sign in", () => location.reload());
        return;
      }
      if (response.status >= 500) throw new Error(String(response.status));
      connected();
      if (!response.ok) { say("This page is no longer there.", "lost", "Open it again", () => location.reload()); return; }
      fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      show();
    } catch {
      disconnected();
    } finally {
      loading = false;
      if (again) { again = false; void look(); }
    }
  }
  const seenIn = (root) => root.getElementById("main")?.dataset.seen;
  function show() {
    if (fresh === undefined) return;
    if (isHeld) {
      // Something is about to be decided: nothing moves, it is only told.
      if (seenIn(fresh) !== seen) say("It changed after you opened this page. Nothing here has moved.", "", "Look again", () => location.reload());
      return;
    }
    const now = marked(fresh);
    if (now === known) { fresh = undefined; return; }
    const pointed = [document.querySelector("#main :is(a, button, summary, input):hover"), main.contains(document.activeElement) && document.activeElement !== main ? document.activeElement : null].filter((one) => one !== null);
    const selection = getSelection();
    let left = false;
    for (const part of main.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector('[data-live="' + part.dataset.live + '"]');
      if (next === null) continue;
      localTimes(next);
      if (next.innerHTML === part.innerHTML) continue;
      const selected = selection !== null && !selection.isCollapsed && selection.containsNode(part, true);
      if (selected || pointed.some((one) => part.contains(one))) { left = true; continue; }
      const [anchor] = pointed;
      const before = anchor === undefined ? 0 : anchor.getBoundingClientRect().top;
      const [old, scrolled] = [[...part.childNodes], scrollY];
      part.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
      if (anchor !== undefined) {
        const moved = anchor.getBoundingClientRect().top - before;
        if (moved !== 0) window.scrollBy({ top: moved, behavior: "instant" });
        // There is no room to scroll: it stays as it was, until nobody points at anything.
        if (Math.abs(anchor.getBoundingClientRect().top - before) > 1) {
          part.replaceChildren(...old);
          window.scrollTo({ top: scrolled, behavior: "instant" });
          left = true;
        }
      }
    }
    if (left) { if (!lost) say("There is news.", "", "Show it", () => { document.activeElement.blur(); say(""); show(); }); return; }
    known = now;
    fresh = undefined;
    if (news.dataset.said === "There is news.Show it") say("");
  }
  for (const name of ["pointerout", "focusout"]) main.addEventListener(name, () => setTimeout(() => { if (!isHeld) show(); }, 50));

  // The stream of events of an execution: each line with a number says that something happened.
  async function follow() {
    const response = await fetch(events, { headers: { accept: "text/event-stream", "last-event-id": last }, cache: "no-store", signal: hide.signal });
    if (response.status === 204) return "over";
    if (!response.ok) throw new Error(String(response.status));
    if (!(response.headers.get("content-type") ?? "").startsWith("text/event-stream")) return "none";
    streaming = true;
    connected();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let [rest, soon, isEnd] = ["", undefined, false];
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return isEnd ? "over" : "cut";
      const lines = (rest + value).split(/\r\n|\r|\n/);
      rest = lines.pop();
      for (const line of lines) {
        const [, name, text] = /^(id|event): ?(.*)$/.exec(line) ?? [];
        if (name === "event" && text === "end") isEnd = true;
        if (name === "id" && text !== last) {
          last = text;
          clearTimeout(soon);
          soon = setTimeout(look, 300);
        }
        if (isEnd) { clearTimeout(soon); void look(); }
      }
    }
  }
  async function listen() {
    for (let wait = 1000; ; wait = Math.min(wait * 2, slow)) {
      // A browser has few connections to one server: a page that nobody looks at holds none.
      if (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
      hide = new AbortController();
      const ending = await follow().catch(() => "cut");
      if (streaming) wait = 1000;
      streaming = false;
      isOver = ending === "over";
      if (ending === "none" || isOver) return;
      if (!document.hidden) { await look(); await pause(wait); }
    }
  }
  // Beside the stream, or where there is none, the page is asked for now and then.
  async function poll() {
    for (;;) {
      await pause((streaming || isOver) && !lost ? slow : events === "" ? slow / 3 : fast);
      if (!document.hidden) await look();
    }
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden) hide.abort(); else void look(); });
  if (events !== "") void listen();
  void poll();
})();
`;
