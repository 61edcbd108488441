// Show text as what it is: tables, lists, paragraphs. Everything goes into the page as text, never as markup.

const QUIET_WORDS = new Set(("a an and are as at be by can did do does for from has have how i in is it its long may me " +
  "my no not of on or our shall should that the their there they this to was we what when where which who why will " +
  "with you your").split(" "));
const WORD = /[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu;
const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^[\s|:-]+$/;
const ITEM = /^(\s*)([-*•]|\d{1,3}[.)])\s+(.*)$/;

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function facts(pairs) {
  const list = element("dl");
  for (const [name, value] of pairs) {
    if (value === undefined || value === "") continue;
    const pair = element("div");
    pair.append(element("dt", name), element("dd", String(value)));
    list.append(pair);
  }
  return list;
}

// The words of a question, without their endings, so that "costs" also marks "cost".
export function termsOf(question) {
  const words = question.toLowerCase().match(WORD) || [];
  return [...new Set(words.filter((word) => !QUIET_WORDS.has(word) && !/n['’]t$/.test(word)).map(stem))];
}

function stem(word) {
  for (const ending of ["'s", "’s", "ing", "ies", "ed", "es", "s"]) {
    if (word.endsWith(ending) && word.length - ending.length >= 3) return word.slice(0, -ending.length);
  }
  return word;
}

export function highlighted(text, terms, into) {
  let end = 0;
  for (const found of text.matchAll(WORD)) {
    if (!terms.includes(stem(found[0].toLowerCase()))) continue;
    into.append(text.slice(end, found.index), element("mark", found[0]));
    end = found.index + found[0].length;
  }
  into.append(text.slice(end));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.replaceAll("\\|", "|").trim());
}

function table(lines, terms) {
  const made = element("table");
  const head = lines.length > 1 && RULE.test(lines[1]);
  lines.filter((line) => !RULE.test(line)).forEach((line, place) => {
    const row = element("tr");
    for (const cell of cells(line)) {
      const box = element(head && place === 0 ? "th" : "td");
      highlighted(cell, terms, box);
      row.append(box);
    }
    made.append(row);
  });
  return made;
}

function list(lines, terms) {
  const made = element(/^\s*\d/.test(lines[0]) ? "ol" : "ul", undefined, "listed");
  for (const line of lines) {
    const [, indent, mark, words] = line.match(ITEM);
    const item = element("li");
    item.dataset.level = Math.min(3, Math.floor(indent.length / 2));
    highlighted(/\d/.test(mark) ? `${mark} ${words}` : words, terms, item);
    made.append(item);
  }
  return made;
}

// Runs of lines of one kind, in order.
export function rendered(text, terms, into) {
  const kindOf = (line) => (ROW.test(line) ? "row" : ITEM.test(line) ? "item" : "words");
  let lines = [];
  let kind = "words";
  const flush = () => {
    if (!lines.length) return;
    if (kind === "row") into.append(table(lines, terms));
    else if (kind === "item") into.append(list(lines, terms));
    else {
      const words = element("div", undefined, "words");
      highlighted(lines.join("\n"), terms, words);
      into.append(words);
    }
    lines = [];
  };
  for (const line of text.split("\n")) {
    const next = kindOf(line);
    if (next !== kind) {
      flush();
      kind = next;
    }
    lines.push(line);
  }
  flush();
}

// The first mark into view, without moving the page.
export function showMatch(box) {
  const mark = box.querySelector("mark");
  if (mark) box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - 48;
}
