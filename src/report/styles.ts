/** For a long list: a line for each, on wide paper. */
export const widePaper = "@page { size: A4 landscape; margin: 8mm 10mm; }";

/** All of the page's style: light and dark, wide and narrow screens, A4 paper. Nothing is loaded. */
export const styles = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d8dde3; --page: #ffffff;  --good: #116329; --good-back: #dafbe1; --wait: #7a4b00; --wait-back: #fff3cd; --bad: #8f1f1f; --bad-back: #ffe5e2;
  --alarm: #ffffff; --alarm-back: #b42318; --link: #0550ae; --due-now: #0550ae; --due-monthly: #7aa7dd; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #9aa5b1; --line: #363d46; --page: #14171b;
  --good: #7ee2a0; --good-back: #12351f; --wait: #f2cc60; --wait-back: #3a2c07; --bad: #ffb3ab;
  --bad-back: #46150f; --alarm: #ffffff; --alarm-back: #b42318; --link: #79b8ff; --due-now: #79b8ff; --due-monthly: #3b6ea5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 40px 32px 56px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 20px; line-height: 1.3; margin: 40px 0 12px; }
h3 { font-size: 16px; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 12px; }
.soft { color: var(--soft); }
.small { font-size: 14px; }
.id { display: inline-block; max-width: 100%; font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0 0 24px; color: var(--soft); font-size: 14px; }
.facts span { overflow-wrap: anywhere; }
.notice { border: 1px solid var(--line); border-left: 6px solid var(--wait); background: var(--wait-back);
  color: var(--wait); border-radius: 8px; padding: 12px 16px; margin: 0 0 24px; font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: 13px; padding: 0 12px 8px 0;
  border-bottom: 2px solid var(--line); }
td { padding: 12px 12px 12px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
td.what { min-width: 200px; overflow-wrap: anywhere; }
.totals { font-size: 16px; margin-bottom: 20px; }
.totals th .id { white-space: nowrap; font-size: 15px; }
.totals th, .totals td { padding: 8px 24px 8px 0; border-bottom: 1px solid var(--line); }
.totals thead th { border-bottom: 2px solid var(--line); }
.totals tbody th { color: var(--ink); font-size: 16px; font-weight: 400; }
.totals tbody th, .totals tbody td { vertical-align: baseline; }
.totals .sum th, .totals .sum td { font-weight: 700; }
.totals .money { padding-right: 0; padding-left: 24px; }
.scroll { overflow-x: auto; }
.number { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
th.money, td.money { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; border-radius: 999px; padding: 2px 10px; font-size: 13px; font-weight: 650;
  white-space: nowrap; }
.good { color: var(--good); background: var(--good-back); }
.wait { color: var(--wait); background: var(--wait-back); }
.bad { color: var(--bad); background: var(--bad-back); }
.alarm { color: var(--alarm); background: var(--alarm-back); }
.note { color: var(--soft); font-size: 14px; margin: 4px 0 0; overflow-wrap: anywhere; }
ul.steps { margin: 0; padding: 0; list-style: none; }
ul.steps li { border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; margin: 0 0 10px; }
ul.steps .for { font-weight: 650; margin-right: 8px; }
a { color: var(--link); }
.headline { font-size: 19px; font-weight: 650; margin: 0 0 20px; }
.asked { font-weight: 600; }
.payer { display: flex; flex-wrap: wrap; gap: 0 14px; }
.payer .id { font-size: inherit; }
.line { display: block; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
figure.due { margin: 0 0 20px; }
figure.due svg { display: block; width: 100%; max-width: 760px; height: auto; margin: 0 0 4px; }
figure.due .tick { stroke: var(--line); stroke-width: 1; }
figure.due .axis { fill: var(--soft); font-size: 12px; }
figure.due .right { text-anchor: end; }
.bar.now { fill: var(--due-now); }
.bar.monthly { fill: var(--due-monthly); }
.keys { font-size: 14px; color: var(--soft); margin: 0 0 10px; }
.key::before { content: ""; display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin: 0 6px 0 0; vertical-align: -1px; }
.key { margin-right: 16px; }
.key.now::before { background: var(--due-now); }
.key.monthly::before { background: var(--due-monthly); }
.story { margin-top: 6px; font-size: 14px; }
.story summary { color: var(--soft); cursor: pointer; width: fit-content; }
.story ol { list-style: none; margin: 0; padding: 0; font-size: 14px; }
.story li { display: grid; grid-template-columns: 190px 1fr; gap: 16px; padding: 2px 0; }
.story time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.story li span { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 0; font-size: 14px; }
dd { margin: 0; }
details.look { border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; margin: 0 0 10px; }
details.look summary { cursor: pointer; font-weight: 650; overflow-wrap: anywhere; }
details.look dl { margin-top: 8px; }
.command { font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; user-select: all; }
footer { margin-top: 40px; border-top: 1px solid var(--line); padding-top: 16px; color: var(--soft); font-size: 13px; }
@media screen and (max-width: 720px) {
  main { padding: 24px 16px 40px; }
  h1 { font-size: 25px; }
  .totals, .totals tbody, .totals tr, .totals tbody th, .totals td { display: block; width: auto; }
  .totals thead { display: none; }
  .totals tr { display: flex; flex-wrap: wrap; gap: 0 20px; padding: 8px 0; border-bottom: 1px solid var(--line); }
  .totals tbody th { flex-basis: 100%; font-size: 14px; padding: 0; border: 0; color: var(--soft); }
  .totals td.money { padding: 0; border: 0; text-align: left; }
  .totals td[data-unit]::after { content: " " attr(data-unit); }
  .totals td.none { display: none; }
  .results, .results tbody, .results tr, .results td { display: block; width: auto; }
  .results thead { display: none; }
  .results tr { border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; margin-bottom: 12px; }
  .results td { padding: 3px 0; border-bottom: 0; }
  .results td.what { min-width: 0; }
  .results td.number::before { content: "No. "; }
  .results td.money { text-align: left; }
  .results td.money[data-unit]::after { content: " " attr(data-unit); color: var(--soft); }
  .results td.none { display: none; }
  .story li { grid-template-columns: 1fr; gap: 0; padding: 5px 0; }
  dl { grid-template-columns: 1fr; gap: 2px; }
  dd { margin-bottom: 8px; }
}
@page { size: A4; margin: 12mm 11mm; }
@media print {
  :root { --ink: #000000; --soft: #444444; --line: #bbbbbb; --page: #ffffff; --link: #000000;
    --good: #0b4a1d; --good-back: #ffffff; --wait: #5c3900; --wait-back: #ffffff; --bad: #7a1616; --bad-back: #ffffff;
    --alarm: #7a1616; --alarm-back: #ffffff; }
  .bar, .key::before { print-color-adjust: exact; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 20pt; }
  h2 { font-size: 13pt; margin: 10pt 0 5pt; break-after: avoid; }
  table, .totals, .totals tbody th { font-size: 9pt; }
  .note, .small, .story ol, dl, .facts { font-size: 9pt; }
  .headline { font-size: 12pt; margin-bottom: 10pt; }
  td { padding: 6pt 10pt 6pt 0; }
  .totals th, .totals td, .totals tbody th { padding-top: 3pt; padding-bottom: 3pt; padding-right: 6pt; }
  .totals th:last-child, .totals td:last-child { padding-right: 0; }
  th.money, td.money { white-space: normal; vertical-align: top; }
  figure.due { display: grid; grid-template-columns: 58mm minmax(0, 1fr); gap: 0 6mm; align-items: start; margin-bottom: 6pt; }
  figure.due .keys { font-size: 8pt; margin: 0; grid-column: 1; grid-row: 2; }
  figure.due .scroll { grid-column: 2; grid-row: 1 / span 2; }
  ul.steps li { padding: 5pt 8pt; margin: 0 0 5pt; }
  .totals { margin-bottom: 8pt; }
  .totals th .id { font-size: 7pt; }
  .id, .command { font-size: 8pt; }
  .badge { border: 1px solid currentColor; }
  thead { display: table-header-group; }
  tr, ul.steps li, details.look, .story li, .notice, figure.due { break-inside: avoid; }
  .portal, details.story:not([open]), details.look:not([open]) { display: none; }
  .many details.look { padding: 4pt 8pt; margin-bottom: 5pt; font-size: 8pt; }
  .many details.look dl { font-size: 7.5pt; gap: 1pt 10pt; margin-top: 3pt; }
  .many .command { font-size: 7pt; }
  .many .results { font-size: 6.1pt; line-height: 6.9pt; }
  .many .results tr { display: grid; grid-template-columns: 18pt minmax(0, 1fr) 302pt 40pt 52pt 48pt 70pt; column-gap: 4pt;
    align-items: start; border-bottom: 0.5pt solid var(--line); padding: 0.2pt 0; }
  .many .results th { font-size: 6.2pt; padding: 0; border: 0; }
  .many .results th:nth-child(2) { grid-column: 2 / span 2; }
  .many .results td { padding: 0; border: 0; grid-row: 1; }
  .many .results td.what { display: contents; }
  .many .asked { font-weight: 400; }
  .many .results .note { font-size: 6pt; line-height: 6.9pt; margin: 0; grid-column: 2 / -1; }
  .many .results .payer { grid-column: 3; grid-row: 1; display: grid; grid-template-columns: 56pt 1fr 1fr; gap: 0 4pt; }
  .many .payer .id { font-size: 5.5pt; line-height: 7pt; display: inline; white-space: nowrap; }
  .many .payer .name { display: none; }
  .many .results td:nth-child(3) { grid-column: 4; }
  .many .results td:nth-child(4) { grid-column: 5; }
  .many .results td:nth-child(5) { grid-column: 6; }
  .many .results td:nth-child(6) { grid-column: 7; }
  .many .results .badge { display: inline; font-size: 6pt; padding: 0; border: 0; }
}
`;
