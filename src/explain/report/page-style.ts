/** How a page looks: fonts of the system, light or dark as the reader has it, whole on a telephone and on paper. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f8;
  --sheet: #ffffff;
  --sunk: #f2f4f6;
  --line: #d9dde2;
  --text: #1b1f24;
  --dim: #56606b;
  --good: #14673a;
  --bad: #b0231b;
  --warn: #855000;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111418;
    --sheet: #191d22;
    --sunk: #22272e;
    --line: #353c45;
    --text: #e6e9ed;
    --dim: #a5afba;
    --good: #7ddba0;
    --bad: #ff9d92;
    --warn: #f0c169;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto;
  max-width: 54rem;
  padding: 2rem 1.25rem 3rem;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
code, pre, .asked { font-family: ui-monospace, "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
code, strong, .asked, .words { unicode-bidi: isolate; }
p { margin: .35rem 0; }
header, section {
  background: var(--sheet);
  border: 1px solid var(--line);
  border-radius: .6rem;
  padding: 1rem 1.25rem;
  margin: 0 0 1rem;
}
header { border-left: .4rem solid currentColor; padding: 1.25rem; }
header.good { color: var(--good); }
header.bad { color: var(--bad); }
header > *, header .asked { color: var(--text); }
h1 { margin: 0; font-size: 1.25rem; line-height: 1.4; font-weight: 600; }
.answer { display: block; font-size: 1.6rem; line-height: 1.25; margin-bottom: .4rem; }
.good .answer, .good { color: var(--good); }
.bad .answer, .bad { color: var(--bad); }
.warn { color: var(--warn); }
.dim { color: var(--dim); }
.bold { font-weight: 600; }
.why { font-size: 1.05rem; margin-top: .6rem; }
.cause { color: var(--dim); white-space: nowrap; }
section:has(> details:first-child) { padding-block: .6rem; }
h2 { margin: 0 0 .5rem; font-size: 1.05rem; line-height: 1.35; font-weight: 600; }
.tree { list-style: none; margin: .35rem 0; padding: 0; }
.tree .tree { margin: .1rem 0 .1rem .45rem; padding-left: 1rem; border-left: 1px solid var(--line); }
.tree > li { margin: .3rem 0; }
.row { display: flex; flex-wrap: wrap; column-gap: .5rem; align-items: baseline; }
.mark { font-weight: 700; font-family: "DejaVu Sans", "Segoe UI Symbol", system-ui, sans-serif; }
.row > .mark { flex: none; width: 1rem; text-align: center; }
.words { flex: 1 1 12rem; min-width: 0; }
.cells { display: flex; flex-wrap: wrap; gap: 0 1rem; margin-left: auto; font-variant-numeric: tabular-nums; }
.cell + .cell { min-width: 5.5rem; text-align: right; }
.note { margin: .1rem 0 .1rem 1.5rem; font-size: .925rem; }
.label { display: inline-block; min-width: 3.4rem; color: var(--dim); }
.row > .label { flex: none; width: 6.5rem; }
.labelled > .note { margin-left: 7rem; }
.labelled > .row > .mark + .label { width: 7.5rem; }
.labelled > .row > .mark ~ .words { flex-basis: 14rem; }
.labelled:has(> .row > .mark) > .note { margin-left: 9.5rem; }
dl { margin: .35rem 0; }
dl > div { display: grid; grid-template-columns: minmax(8rem, 12rem) minmax(0, 1fr); column-gap: 1rem; padding: .3rem 0; }
dl > div + div { border-top: 1px solid var(--line); }
dt { color: var(--dim); }
dd { margin: 0; grid-column: 2; }
pre {
  margin: .6rem 0;
  padding: .75rem .9rem;
  background: var(--sunk);
  border: 1px solid var(--line);
  border-radius: .4rem;
  white-space: pre-wrap;
  line-height: 1.5;
}
pre code { font-size: 1em; unicode-bidi: normal; }
figure { margin: .6rem 0; }
figcaption { color: var(--dim); }
.diff > code > * { display: block; text-decoration: none; }
.diff del { color: var(--bad); }
.diff ins { color: var(--good); }
details { margin: .35rem 0; }
summary { cursor: pointer; }
summary > .row, summary > h2 { display: inline-flex; width: calc(100% - 1.5rem); margin: 0; vertical-align: baseline; }
summary:focus-visible { outline: 2px solid var(--dim); outline-offset: 2px; border-radius: .2rem; }
footer { color: var(--dim); font-size: .875rem; padding: 0 .25rem; }
@media (max-width: 36rem) {
  body { padding: .75rem .75rem 2rem; }
  header, section { padding: .85rem; }
  dl > div { grid-template-columns: minmax(0, 1fr); }
  dd { grid-column: 1; }
  .tree .tree { margin-left: .2rem; padding-left: .6rem; }
  .note, .labelled > .note, .labelled:has(> .row > .mark) > .note { margin-left: 1rem; }
  code, pre, .asked { font-size: .8125em; }
}
@media print {
  :root {
    --page: #ffffff; --sheet: #ffffff; --sunk: #ffffff; --line: #b8bec6; --text: #000000; --dim: #444b54;
    --good: #0f5730; --bad: #981b14; --warn: #6d4200;
  }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  header, section { border-radius: 0; padding: .5rem .75rem; }
  header, .finding, .tree > li > .row, pre { break-inside: avoid; }
  h2 { break-after: avoid; }
  summary { list-style: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;
