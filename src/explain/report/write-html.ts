import { createHash } from "node:crypto";
import { escapeLines } from "../../errors/escape-text.ts";
import { changedLines } from "./changed-lines.ts";
import { html, htmlOf } from "./html-words.ts";
import { pageStyle } from "./page-style.ts";
import {
  type Block,
  codeCharactersMax,
  type Fact,
  type Headline,
  type Mark,
  marks,
  type Note,
  type Report,
  type Section,
  type TreeNode,
  type Words,
} from "./report.ts";

// ATTACK: the page shows what guests and packages wrote to an operator's browser (threats 34). Should an escape ever be
// missed, the page may still run and load nothing: no script, no image, and no style but the one below.
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(pageStyle).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A report as one page that loads nothing and runs nothing; what is folded opens by itself, and in print. */
export function writeHtml({ headline, sections }: Report): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${answerOf(headline)}: ${html(headline.asked)}</title>
<style>${pageStyle}</style>
</head>
<body>
${headlineHtml(headline)}
<main>
${sections.map(sectionHtml).join("\n")}
</main>
<footer>
<p>${legend}</p>
<p>Each “allowed ✓” was evaluated, not guessed. Written by <code>yoi plugin explain</code>.</p>
</footer>
</body>
</html>
`;
}

const legend = (["true", "false", "unreached", "error"] as const)
  .map((mark) => `<span class="${marks[mark].tone}">${marks[mark].sign}</span> ${marks[mark].name}`)
  .join(", ");

function answerOf({ answer }: Headline): string {
  return answer === "allow" ? "Allowed" : "Denied";
}

function headlineHtml(headline: Headline): string {
  const { answer, asked, meaning, cause, lines } = headline;
  const sign = answer === "allow" ? "✓" : "✗";
  const tone = answer === "allow" ? "good" : "bad";
  const why = cause === undefined ? htmlOf(meaning) : `${htmlOf(meaning)} <code class="cause">${html(cause)}</code>`;
  return `<header class="${tone}">
<h1><span class="answer"><span aria-hidden="true">${sign}</span> ${answerOf(headline)}</span> <span class="asked">${html(asked)}</span></h1>
<p class="why">${why}</p>
${lines.map(({ words, tone: dim }) => `<p${classOf(dim)}>${htmlOf(words)}</p>`).join("\n")}
</header>`;
}

function sectionHtml({ title, isFolded, blocks }: Section): string {
  const heading = `<h2>${html(title)}</h2>`;
  const content = blocks.map(blockHtml).join("\n");
  if (isFolded !== true) return `<section>\n${heading}\n${content}\n</section>`;
  return `<section>\n<details>\n<summary>${heading}</summary>\n${content}\n</details>\n</section>`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case "line":
      return `<p${classOf(block.tone)}>${signHtml(block.mark)}${htmlOf(block.words)}</p>`;
    case "facts":
      return factsHtml(block.rows);
    case "tree":
      return treeHtml(block.nodes);
    case "finding": {
      const { place, message, remedy } = block.finding;
      const at =
        place === undefined
          ? ""
          : [place.file, place.line, place.column].filter((part) => part !== undefined).join(":");
      const lead = at === "" ? "" : `<code>${html(at)}</code> `;
      const below = remedy === undefined ? "" : `<p class="note dim">${htmlOf(remedy)}</p>`;
      return `<div class="finding"><p>${signHtml(block.mark)}${lead}${htmlOf(message)}</p>${below}</div>`;
    }
    case "code":
      return figureHtml(block.caption, `<pre><code>${codeHtml(block.text)}</code></pre>`);
    case "diff":
      return diffHtml(block);
    case "gap":
      return "";
    case "fold": {
      const summary = `${signHtml(block.mark)}${htmlOf(block.summary)}`;
      if (block.blocks.length === 0) return `<p>${summary}</p>`;
      return `<details>\n<summary>${summary}</summary>\n${block.blocks.map(blockHtml).join("\n")}\n</details>`;
    }
  }
}

/** Rows without a label belong to the one above. */
function factsHtml(rows: readonly Fact[]): string {
  const groups: { readonly label: string; readonly texts: string[] }[] = [];
  for (const { label, words, tone } of rows) {
    const text = `<dd${classOf(tone)}>${htmlOf(words)}</dd>`;
    const last = groups.at(-1);
    if (label === "" && last !== undefined) last.texts.push(text);
    else groups.push({ label, texts: [text] });
  }
  const shown = groups.map(({ label, texts }) => `<div><dt>${html(label)}</dt>${texts.join("")}</div>`);
  return `<dl>\n${shown.join("\n")}\n</dl>`;
}

function treeHtml(nodes: readonly TreeNode[]): string {
  return nodes.length === 0 ? "" : `<ul class="tree">\n${nodes.map(nodeHtml).join("\n")}\n</ul>`;
}

function nodeHtml({ mark, label, words, cells = [], cellTone, notes = [], children = [], isFolded }: TreeNode): string {
  const beside = cells.map((cell) => `<span class="cell ${cellTone ?? "dim"}">${htmlOf(cell)}</span>`).join(" ");
  const cellsHtml = beside === "" ? "" : ` <span class="cells">${beside}</span>`;
  const row = `<span class="row">${signHtml(mark)}${labelHtml(label)}<span class="words">${htmlOf(words)}</span>${cellsHtml}</span>`;
  const open = notes.filter((note) => note.isFolded !== true).map(noteHtml);
  const hidden = notes.filter((note) => note.isFolded === true).map(noteHtml);
  const below = [...open, ...hidden, treeHtml(children)].filter((part) => part !== "").join("\n");
  if (isFolded === true && below !== "") return `<li><details><summary>${row}</summary>\n${below}\n</details></li>`;
  const item = label === undefined ? "<li>" : '<li class="labelled">';
  return `${item}${row}${below === "" ? "" : `\n${below}\n`}</li>`;
}

function noteHtml({ label, words, tone }: Note): string {
  return `<p class="note${tone === undefined ? "" : ` ${tone}`}">${labelHtml(label)}${htmlOf(words)}</p>`;
}

function labelHtml(label: string | undefined): string {
  return label === undefined ? "" : `<span class="label">${html(label)}</span> `;
}

function diffHtml({ file, line, before, after }: Extract<Block, { kind: "diff" }>): string {
  const { head, old, fresh, tail } = changedLines(before, after);
  const lines = [
    ...head.map((text) => `<span>  ${codeHtml(text)}</span>`),
    ...old.map((text) => `<del>- ${codeHtml(text)}</del>`),
    ...fresh.map((text) => `<ins>+ ${codeHtml(text)}</ins>`),
    ...tail.map((text) => `<span>  ${codeHtml(text)}</span>`),
  ];
  return figureHtml([{ code: `${file}:${line}` }], `<pre class="diff"><code>${lines.join("")}</code></pre>`);
}

function figureHtml(caption: Words | undefined, content: string): string {
  return caption === undefined ? content : `<figure><figcaption>${htmlOf(caption)}</figcaption>${content}</figure>`;
}

function codeHtml(text: string): string {
  return html(escapeLines(text, codeCharactersMax).trimEnd(), "lines");
}

/** A sign with its name for whoever cannot see it. */
function signHtml(mark: Mark | undefined): string {
  if (mark === undefined) return "";
  const { sign, name, tone } = marks[mark];
  return `<span class="mark ${tone}" role="img" aria-label="${name}">${sign}</span> `;
}

function classOf(tone: string | undefined): string {
  return tone === undefined ? "" : ` class="${tone}"`;
}
