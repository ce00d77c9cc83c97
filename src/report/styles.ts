/** All of the page's style: light and dark, wide and narrow screens, A4 paper. Nothing is loaded. */
export const styles = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d8dde3; --page: #ffffff;  --good: #116329; --good-back: #dafbe1; --wait: #7a4b00; --wait-back: #fff3cd; --bad: #8f1f1f; --bad-back: #ffe5e2;
  --alarm: #ffffff; --alarm-back: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebef; --soft: #9aa5b1; --line: #363d46; --page: #14171b;
  --good: #7ee2a0; --good-back: #12351f; --wait: #f2cc60; --wait-back: #3a2c07; --bad: #ffb3ab;
  --bad-back: #46150f; --alarm: #ffffff; --alarm-back: #b42318; } }
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
.totals { font-size: 16px; }
.totals th, .totals td { padding: 8px 24px 8px 0; border-bottom: 1px solid var(--line); }
.totals thead th { border-bottom: 2px solid var(--line); }
.totals tbody th { color: var(--ink); font-size: 16px; font-weight: 400; }
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
.story { border-top: 1px solid var(--line); padding: 14px 0; }
.story header { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: baseline; margin-bottom: 6px; }
.story ol { list-style: none; margin: 0; padding: 0; font-size: 14px; }
.story li { display: grid; grid-template-columns: 190px 1fr; gap: 16px; padding: 2px 0; }
.story time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
.story li span { overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 0; font-size: 14px; }
dd { margin: 0; }
article.look { border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; margin: 0 0 10px; }
article.look h3 { margin-bottom: 8px; }
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
  .results td.money { text-align: left; font-weight: 650; }
  .results td.none { display: none; }
  .story li { grid-template-columns: 1fr; gap: 0; padding: 5px 0; }
  dl { grid-template-columns: 1fr; gap: 2px; }
  dd { margin-bottom: 8px; }
}
@page { size: A4; margin: 16mm 14mm; }
@media print {
  :root { --ink: #000000; --soft: #444444; --line: #bbbbbb; --page: #ffffff;
    --good: #0b4a1d; --good-back: #ffffff; --wait: #5c3900; --wait-back: #ffffff; --bad: #7a1616; --bad-back: #ffffff;
    --alarm: #7a1616; --alarm-back: #ffffff; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 20pt; }
  h2 { font-size: 13pt; margin: 18pt 0 6pt; break-after: avoid; }
  table, .totals, .totals tbody th { font-size: 9.5pt; }
  .note, .small, .story ol, dl, .facts { font-size: 9pt; }
  td { padding: 6pt 10pt 6pt 0; }
  .totals th, .totals td { padding-top: 3pt; padding-bottom: 3pt; }
  .id { font-size: 8pt; }
  .badge { border: 1px solid currentColor; }
  thead { display: table-header-group; }
  tr, ul.steps li, .story li, .notice { break-inside: avoid; }
  .story header { break-after: avoid; }
}
`;
