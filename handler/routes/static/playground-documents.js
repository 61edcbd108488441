// Browse the documents, and read one whole, at the place of a passage.

import { element, facts, rendered, termsOf } from "./playground-text.js";

const at = (id) => document.getElementById(id);
const PAGE = 50;
const EXAMPLES = 3;
let offset = 0;
let latest = 0;

export async function listDocuments(get, ask) {
  const answer = await get(`documents?offset=${offset}&limit=${PAGE}`);
  for (const each of answer.documents) {
    const item = element("li");
    const open = element("button", each.title || each.source || each.document_id, "link");
    open.type = "button";
    open.addEventListener("click", () => read(get, each));
    item.append(open, element("small", `${each.source || ""}${each.updated_at ? `, ${each.updated_at.slice(0, 10)}` : ""}`));
    at("document-list").append(item);
    const option = element("option");
    option.value = each.source || "";
    at("sources").append(option);
  }
  if (offset === 0) suggest(answer.documents, ask);
  at("documents-status").textContent = answer.total ? `${answer.total} documents` : "No documents yet: ingest add PATH.";
  offset = answer.next_offset || 0;
  at("more").hidden = !answer.next_offset;
}

export function forgetDocuments() {
  offset = 0;
  at("document-list").replaceChildren();
  at("sources").replaceChildren();
}

// Questions that somebody could ask who knows nothing but the titles.
function suggest(documents, ask) {
  const titles = documents.map((each) => each.title).filter(Boolean).slice(0, EXAMPLES);
  at("example-list").replaceChildren(...titles.map((title) => {
    const item = element("li");
    const question = element("button", `What does “${title}” say?`, "link");
    question.type = "button";
    question.addEventListener("click", () => ask(question.textContent));
    item.append(question);
    return item;
  }));
  at("examples").hidden = !titles.length;
}

export async function read(get, about, passage = "", question = "") {
  const number = ++latest;
  const box = at("reader-text");
  at("reader-title").textContent = about.title || about.source;
  at("reader-facts").replaceChildren(...facts([["source", about.source], ["page", about.page],
    ["changed", (about.updated_at || "").slice(0, 10)]]).children);
  box.replaceChildren(element("p", "Reading …"));
  if (!at("reader").open) at("reader").showModal();
  let text = "";
  let next = 0;
  while (next !== undefined) {
    const page = await get(`documents/${encodeURIComponent(about.document_id)}?offset=${next}`);
    if (number !== latest) return;
    text += page.text;
    next = page.next_offset;
  }
  box.replaceChildren();
  const start = passage ? text.indexOf(passage) : -1;
  if (start < 0) {
    rendered(text, [], box);
    return;
  }
  rendered(text.slice(0, start), [], box);
  const match = element("div", undefined, "match");
  rendered(passage, termsOf(question), match);
  box.append(match);
  rendered(text.slice(start + passage.length), [], box);
  match.scrollIntoView({ block: "start" });
}
