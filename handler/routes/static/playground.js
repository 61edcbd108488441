// Ask, and show what came. Everything from the server or the visitor goes into the page as text, never as markup.

import { element, facts, rendered, showMatch, termsOf } from "./playground-text.js";
import { forgetDocuments, listDocuments, read } from "./playground-documents.js";

const at = (id) => document.getElementById(id);
const KEY = "retrieval-action-key";
const MODES = [["hybrid", "Meaning and words"], ["dense", "Meaning"], ["lexical", "Words"]];
// Below it, what was found mostly has little to do with the question.
const WEAK = 0.25;
const FIELDS = { q: "question", mode: "mode", n: "count", corpus: "corpus", source: "source", tag: "tag", after: "after" };
let wantsKey = true;
let latest = 0;

function headers(more = {}) {
  const key = at("key").value.trim();
  return wantsKey && key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

async function get(path) {
  const response = await fetch(new URL(path, document.baseURI), { headers: headers(), credentials: "omit" });
  const answer = await response.json();
  if (!response.ok) throw new Error(refused(response, answer));
  return answer;
}

function pages(result) {
  return result.page_end && result.page_end !== result.page ? `${result.page}–${result.page_end}` : result.page;
}

function cited(result) {
  const place = [result.title || result.source, result.heading, result.page && `page ${pages(result)}`].filter(Boolean);
  return `“${result.text}”\n— ${place.join(", ")}${/^https?:/.test(result.url || "") ? `, ${result.url}` : ""}`;
}

async function copy(text, told, shown) {
  try {
    await navigator.clipboard.writeText(text);
    told.textContent = "Copied.";
  } catch (fault) {
    // Without TLS a page may not write there.
    getSelection().selectAllChildren(shown);
    told.textContent = "Selected: copy it with the keyboard.";
  }
}

function actions(result, text, question) {
  const row = element("div", undefined, "actions");
  const told = element("span");
  told.setAttribute("role", "status");
  const copied = element("button", "Copy with citation");
  copied.type = "button";
  copied.addEventListener("click", () => copy(cited(result), told, text));
  const whole = element("button", "Read in the document");
  whole.type = "button";
  whole.addEventListener("click", () => read(get, result, result.text, question).catch(tell));
  row.append(copied, " ", whole, " ", told);
  return row;
}

function card(result, rank, question) {
  const item = element("li", undefined, result.score < WEAK ? "weak" : "");
  const heading = element("h3");
  const name = result.title || result.source;
  if (/^https?:\/\//.test(result.url || "")) {
    const link = element("a", name);
    link.href = result.url;
    link.rel = "noreferrer";
    heading.append(`${rank}. `, link);
  } else {
    heading.append(`${rank}. ${name}`);
  }
  const text = element("div", undefined, "text");
  text.tabIndex = 0;
  text.setAttribute("role", "group");
  text.setAttribute("aria-label", `Text of result ${rank}`);
  rendered(result.text, termsOf(question), text);
  const score = `${result.score < WEAK ? "weak, " : ""}score ${result.score.toFixed(4)}`;
  item.append(element("span", score, "score"), heading,
    facts([["corpus", result.corpus], ["source", result.source], ["page", pages(result)], ["heading", result.heading]]), text,
    actions(result, text, question));
  return item;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(url, body) {
  const key = wantsKey ? " -H \"Authorization: Bearer $KEY\"" : "";
  return `curl ${quoted(url)}${key} -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(body))}`;
}

// Server-Timing: search;dur=12.3, total;dur=15.0
function timing(header, milliseconds) {
  const parts = (header || "").split(",").map((part) => part.trim().match(/^([^;]+);dur=([\d.]+)/)).filter(Boolean);
  return facts([...parts.map(([, name, time]) => [`${name}, server`, `${time} ms`]),
    ["there and back", `${milliseconds.toFixed(1)} ms`]]);
}

function refused(response, answer) {
  const wait = response.headers.get("Retry-After");
  const message = (answer && answer.message) || "The answer was not JSON.";
  return `${response.status} ${(answer && answer.error) || ""}: ${message}${wait ? ` (Retry-After: ${wait} s)` : ""}`;
}

function tell(fault) {
  at("error").textContent = fault instanceof TypeError ? "The server does not answer." : fault.message;
}

function bodyOf(mode) {
  const body = { query: at("question").value.trim(), top_k: Number(at("count").value) };
  if (mode) body.mode = mode;
  const corpora = at("corpus").value.split(",").map((name) => name.trim()).filter(Boolean);
  if (corpora.length) body.corpus = corpora;
  if (at("source").value.trim()) body.source = at("source").value.trim();
  if (at("tag").value.trim()) body.tags = [at("tag").value.trim()];
  if (at("after").value) body.updated_after = at("after").value;
  return body;
}

async function post(body) {
  const url = new URL("search", document.baseURI).href;
  const started = performance.now();
  const sent = { method: "POST", headers: headers({ "Content-Type": "application/json" }), credentials: "omit" };
  const response = await fetch(url, { ...sent, body: JSON.stringify(body) });
  const text = await response.text();
  const milliseconds = performance.now() - started;
  let answer;
  try {
    answer = JSON.parse(text);
  } catch (fault) {
    answer = undefined;
  }
  if (!response.ok || !answer) throw new Error(refused(response, answer));
  return { url, body, answer, milliseconds, timing: response.headers.get("Server-Timing") };
}

function advice(results) {
  if (!results.length) {
    return "Nothing was found. Use the words of the documents, take filters out, or find by words for a name or a number.";
  }
  return results[0].score < WEAK ? "Only weak matches: the documents may not hold the answer. Ask in other words." : "";
}

function show(found, question) {
  const { answer } = found;
  at("results").replaceChildren(...answer.results.map((result, index) => card(result, index + 1, question)));
  at("timing").replaceChildren(...timing(found.timing, found.milliseconds).children);
  at("curl").textContent = curlOf(found.url, found.body);
  at("copied").textContent = "";
  at("raw").textContent = JSON.stringify(answer, null, 2);
  at("advice").textContent = advice(answer.results);
  at("status").textContent = `${answer.results.length} result${answer.results.length === 1 ? "" : "s"} in ` +
    `${found.milliseconds.toFixed(0)} ms${answer.truncated ? ", cut to keep the answer short" : ""}` +
    `${answer.partial ? `, without ${answer.partial.join(", ")}` : ""}.`;
}

function showAll(all, question) {
  at("columns").replaceChildren(...all.map(({ answer }, place) => {
    const column = element("section");
    const results = element("ol");
    results.append(...answer.results.map((result, index) => card(result, index + 1, question)));
    column.append(element("h3", MODES[place][1]), element("p", advice(answer.results)), results);
    return column;
  }));
  at("advice").textContent = "";
  at("status").textContent = `${all.length} ways, side by side.`;
}

async function search() {
  const number = ++latest;
  const compare = at("mode").value === "compare";
  const question = at("question").value.trim();
  sessionStorage.setItem(KEY, at("key").value.trim());
  remember();
  at("error").textContent = "";
  at("status").textContent = "Searching …";
  at("examples").hidden = true;
  try {
    const modes = compare ? MODES.map(([mode]) => mode) : [at("mode").value];
    const found = await Promise.all(modes.map((mode) => post(bodyOf(mode))));
    if (number !== latest) return; // A later question is under way.
    at("results").replaceChildren();
    at("columns").replaceChildren();
    at("behind").hidden = compare;
    document.body.classList.toggle("wide", compare);
    if (compare) showAll(found, question);
    else show(found[0], question);
  } catch (fault) {
    if (number !== latest) return;
    at("answer").hidden = true;
    at("status").textContent = "";
    tell(fault);
    return;
  }
  at("answer").hidden = false;
  document.querySelectorAll("#answer .text").forEach(showMatch);
  at("found").focus();
}

// The question stands in the address behind #, which no browser sends to a server.
function remember() {
  const said = new URLSearchParams();
  for (const [name, id] of Object.entries(FIELDS)) {
    const field = at(id);
    if (field.value && !(id === "count" && field.value === field.defaultValue)) said.set(name, field.value);
  }
  if (location.hash.slice(1) !== said.toString()) history.pushState(null, "", `#${said}`);
}

// What the address says; a key is taken out of it at once.
function recall() {
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.get("key")) {
    sessionStorage.setItem(KEY, said.get("key"));
    said.delete("key");
    history.replaceState(null, "", said.size ? `#${said}` : location.pathname);
  }
  at("key").value = sessionStorage.getItem(KEY) || "";
  for (const [name, id] of Object.entries(FIELDS)) at(id).value = said.get(name) || at(id).defaultValue || "";
  at("narrow").open = ["corpus", "source", "tag", "after"].some((id) => at(id).value);
  return said.has("q");
}

function ask(question) {
  at("question").value = question;
  search();
}

async function browse() {
  forgetDocuments();
  if (wantsKey && !at("key").value.trim()) return;
  await listDocuments(get, ask);
}

// The action's own document says what it is called and whether it wants a key.
async function introduce() {
  const described = await (await fetch("openapi.json", { headers: headers(), credentials: "omit" })).json();
  document.title = described.info.title;
  at("title").textContent = described.info.title;
  at("about").textContent = described.info.description || "";
  wantsKey = Boolean(described.security);
  at("key-row").hidden = !wantsKey;
  const sent = described.paths["/search"].post.requestBody.content["application/json"].schema;
  at("corpus-row").hidden = !sent.properties.corpus;
  at("corpus").placeholder = (sent.properties.corpus?.items.enum || []).join(", ");
}

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
at("copy").addEventListener("click", () => copy(at("curl").textContent, at("copied"), at("curl")));
// Which corpora there are is told to each key by itself.
at("key").addEventListener("change", () => introduce().catch(() => {}));
at("close").addEventListener("click", () => at("reader").close());
at("more").addEventListener("click", () => listDocuments(get, ask).catch(tell));
at("documents").addEventListener("toggle", () => {
  if (at("documents").open && !at("document-list").children.length) browse().catch(tell);
});
addEventListener("popstate", () => recall() && search());
addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || at("reader").open) return;
  event.preventDefault();
  at("question").focus();
});
const asked = recall();
introduce().catch(() => {
  at("error").textContent = "The server's own description cannot be read; questions may work all the same.";
}).then(() => {
  if (asked) search();
  else if (!wantsKey || at("key").value) browse().catch(() => {}); // A question tells what is wrong.
});
