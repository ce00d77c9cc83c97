import { styles } from "../../report/styles.ts";

/** The sign of the console in a tab. */
export const consoleIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4f8f"/><path d="M9 16.5l5 5L23 11" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** The style of the console: that of the report, and what a page has that is worked with. */
export const consoleStyles = `${styles}
:root { --link: #0b57a4; --button: #f3f5f7; --main: #1f4f8f; --main-ink: #ffffff; --grave: #a3241a; --grave-ink: #ffffff; --focus: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --link: #8ab9f1; --button: #232931; --main: #2f6bb8; --main-ink: #ffffff;
  --grave: #b3372c; --grave-ink: #ffffff; --focus: #8ab9f1; } }
.console main { padding-top: 24px; }
.console main:focus { outline: none; }
a { color: var(--link); text-underline-offset: 2px; }
a.strong { font-weight: 600; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--page); padding: 8px 12px; z-index: 3; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.top { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; justify-content: space-between; max-width: 1080px;
  margin: 0 auto; padding: 12px 32px; border-bottom: 1px solid var(--line); }
.top nav { display: flex; gap: 20px; align-items: baseline; }
.top .brand { font-weight: 700; color: var(--ink); text-decoration: none; }
.top .who { display: flex; flex-wrap: wrap; gap: 6px 16px; align-items: center; color: var(--soft); font-size: 14px; min-width: 0; overflow-wrap: anywhere; }
.trial { max-width: 1080px; margin: 0 auto; padding: 8px 32px; background: var(--wait-back); color: var(--wait); font-size: 14px; font-weight: 600; }
.way { font-size: 14px; margin: 0 0 8px; overflow-wrap: anywhere; }
.way a + a::before { content: "›"; display: inline-block; margin: 0 8px; color: var(--soft); text-decoration: none; }
.console h1 { overflow-wrap: anywhere; margin-bottom: 12px; }
.console h2 { margin-top: 36px; }
p.state { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: baseline; margin: 0 0 8px; overflow-wrap: anywhere; }
.actions { margin: 16px 0 8px; }
.actions:empty { margin: 0; }
.actions nav, .buttons { display: flex; flex-wrap: wrap; gap: 12px; margin: 0; }
.button, button.plain { font: inherit; font-weight: 600; cursor: pointer; }
.button { display: inline-block; min-height: 44px; padding: 9px 18px; border: 1px solid var(--line); border-radius: 8px;
  background: var(--button); color: var(--ink); text-decoration: none; line-height: 24px; }
.button:hover { border-color: currentColor; }
.button.main { background: var(--main); border-color: var(--main); color: var(--main-ink); }
.button.grave { background: var(--grave); border-color: var(--grave); color: var(--grave-ink); }
button.plain { background: none; border: 0; padding: 4px 0; min-height: 24px; color: var(--link); text-decoration: underline; text-underline-offset: 2px; font-weight: 400; font-size: 14px; }
.sums th, .sums td { padding: 8px 24px 8px 0; }
.sums tbody th { color: var(--ink); font-size: 15px; font-weight: 400; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
.sums td.money, .sums th.money { padding: 8px 0 8px 24px; }
.sums + .sums, .scroll + .scroll { margin-top: 20px; }
.scroll + p, .sums + p { margin-top: 12px; }
.sum { display: block; }
td.risk { font-weight: 650; color: var(--bad); }
td.limit { color: var(--soft); }
td.limit::before { content: "at most "; font-size: 13px; }
td.none { color: var(--soft); }
.list td.when { font-size: 14px; color: var(--soft); min-width: 130px; }
.list time .utc { white-space: nowrap; display: block; }
.results .state .note { max-width: 24ch; }
.results td.money .note { max-width: 24ch; margin: 2px 0 0 auto; font-weight: 400; white-space: normal; }
h1 + .note { margin: 0 0 8px; font-size: 16px; }
.filter { display: flex; flex-wrap: wrap; gap: 8px; list-style: none; margin: 0 0 16px; padding: 0; font-size: 14px; }
.filter a { display: inline-block; padding: 5px 12px; border: 1px solid var(--line); border-radius: 999px; text-decoration: none; }
.filter a[aria-current] { background: var(--ink); border-color: var(--ink); color: var(--page); font-weight: 600; }
.pages { margin: 20px 0 0; }
.empty { border: 1px solid var(--line); border-radius: 10px; padding: 20px 24px; margin-top: 16px; }
pre { overflow-x: auto; margin: 12px 0; padding: 12px 14px; border-radius: 8px; background: var(--button); font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
code { font: 0.9em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
.will { margin: 0 0 20px; padding-left: 20px; }
.will li { margin: 6px 0; overflow-wrap: anywhere; }
.ask { margin: 20px 0 16px; max-width: 640px; }
.field label { display: block; font-weight: 600; margin: 0 0 4px; }
.field input { width: 100%; min-height: 44px; padding: 8px 12px; font: inherit; color: var(--ink); background: var(--page);
  border: 1px solid var(--soft); border-radius: 8px; }
.change + .will { margin-top: 16px; }
.pair { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: 0 16px; align-items: end; }
.field input:not([type="hidden"]) { font-variant-numeric: tabular-nums; }
.alert, .done { border-radius: 8px; padding: 12px 16px; margin: 0 0 20px; border: 1px solid currentColor; border-left-width: 6px; overflow-wrap: anywhere; }
.alert { color: var(--bad); background: var(--bad-back); }
.alert p:last-child { margin: 0; }
.alert .soft { color: inherit; }
.done { color: var(--good); background: var(--good-back); }
.choices { list-style: none; margin: 0; padding: 0; }
.choices li { border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; margin: 0 0 10px; }
.choices a { display: inline-block; font-weight: 600; padding: 4px 0; }
.beside { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 48px; }
.evidence { grid-template-columns: minmax(90px, max-content) minmax(0, 1fr); }
dt { color: var(--soft); overflow-wrap: anywhere; }
dd { overflow-wrap: anywhere; min-width: 0; }
.who-did { list-style: none; margin: 0; padding: 0; font-size: 14px; }
.who-did li { display: grid; grid-template-columns: 310px minmax(0, 1fr); gap: 16px; padding: 4px 0; overflow-wrap: anywhere; }
.story { border-top: 0; padding: 0; }
.story li { grid-template-columns: 310px minmax(0, 1fr); }
.story time { white-space: normal; }
time { font-variant-numeric: tabular-nums; }
.who-did time, .story time { color: var(--soft); }
time .utc { color: var(--soft); font-size: 0.92em; }
.timeline { margin: 0; }
.timeline svg { display: block; max-width: none; }
.timeline figcaption { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: center; font-size: 13px; color: var(--soft); margin-top: 6px; }
.timeline .key { display: inline-flex; gap: 5px; align-items: center; }
.timeline text { fill: var(--ink); font-size: 13px; }
.timeline text.axis { fill: var(--soft); font-size: 12px; text-anchor: middle; }
.timeline text.last { text-anchor: end; }
.timeline .tick { stroke: var(--line); stroke-width: 1; stroke-dasharray: 2 4; }
.timeline .track { stroke: var(--line); stroke-width: 2; }
.timeline .mark { stroke: var(--page); stroke-width: 1.5; }
.mark.small { fill: var(--soft); } .mark.sent { fill: var(--main); } .mark.good { fill: var(--good); } .mark.bad { fill: var(--bad); }
.mark.alarm { fill: var(--alarm-back); } .mark.person { fill: var(--ink); }
.news { position: fixed; left: 16px; right: 16px; bottom: 16px; z-index: 2; display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center;
  width: fit-content; max-width: calc(100% - 32px); margin: 0 auto; padding: 10px 16px; border-radius: 10px; font-size: 14px; font-weight: 600;
  color: var(--page); background: var(--ink); box-shadow: 0 4px 20px rgb(0 0 0 / 0.25); }
.news:empty { display: none; }
.news.lost { color: var(--alarm); background: var(--alarm-back); }
.news button { font: inherit; min-height: 32px; padding: 2px 12px; border-radius: 6px; border: 1px solid currentColor; background: none; color: inherit; cursor: pointer; }
.news :focus-visible { outline-color: currentColor; }
.console main { padding-bottom: 96px; }
.sums tbody th .id { font-size: inherit; white-space: nowrap; }
.note .id { font-size: 13px; }
@media screen and (max-width: 900px) { .beside { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 720px) {
  .top, .trial { padding-left: 16px; padding-right: 16px; }
  .sums, .sums tbody, .sums tr, .sums tbody th, .sums td { display: block; width: auto; }
  .sums thead { display: none; }
  .sums tbody th .id { white-space: normal; }
  .sums tr { padding: 8px 0; border-bottom: 1px solid var(--line); }
  .sums tbody th { border: 0; padding: 0; font-weight: 650; }
  .sums td.money, .results td.money, .results td.when { display: flex; justify-content: space-between; gap: 16px; padding: 2px 0; border: 0; text-align: right; font-weight: 400; white-space: normal; }
  .sums td.money::before, .results td[data-name]::before { content: attr(data-name); color: var(--soft); font-size: 14px; font-weight: 400; text-align: left; }
  .sums td.none, .results td.none { display: none; }
  .results td.risk, .sums td.risk { font-weight: 650; }
  td.limit::before { font-size: 14px; }
  .results .state .note { max-width: none; }
  .who-did li, .story li { grid-template-columns: 1fr; gap: 0; }
  .evidence { grid-template-columns: minmax(0, 1fr); }
  .buttons .button, .actions .button { flex: 1 1 auto; text-align: center; }
  .beside { gap: 0; }
}
@media print {
  .top nav, .top form, .skip, .actions, .filter, .pages, .news, .ask, .way { display: none; }
  .top { padding: 0 0 6pt; }
  .console main { padding: 12pt 0 0; }
  .sum { white-space: nowrap; }
  a { color: inherit; text-decoration: none; }
  .timeline svg { max-width: 100%; height: auto; }
  .scroll { overflow: visible; }
  .trial { padding-left: 0; padding-right: 0; }
  .state .note a { display: none; }
  .sums tbody th, .list td.when { font-size: 9.5pt; }
  .mark.alarm { fill: var(--alarm); }
  .list th, .list td { font-size: 8pt; padding-right: 5pt; }
  .list th { white-space: normal; }
  .sums td.money, .sums th.money { padding-left: 8pt; }
  .sums tbody th .id { font-size: 8.5pt; }
  .list td.when { font-size: 8pt; min-width: 0; }
  .list .badge { font-size: 8pt; padding: 1pt 5pt; }
}
`;
