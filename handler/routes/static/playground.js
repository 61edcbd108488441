"use strict";
// Everything that comes from the server or the visitor goes into the page as text, never as markup.

const at = (id) => document.getElementById(id);
const KEY = "retrieval-action-key";
const QUIET_WORDS = new Set(("a an and are as at be by can did do does for from has have how i in is it its long may me " +
  "my no not of on or our shall should that the their there they this to was we what when where which who why will " +
  "with you your").split(" "));
const WORD = /[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu;
let wantsKey = true;
let latest = 0;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// The words of a question, without their endings, so that "costs" also marks "cost".
function termsOf(question) {
  const words = question.toLowerCase().match(WORD) || [];
  return [...new Set(words.filter((word) => !QUIET_WORDS.has(word) && !/n['’]t$/.test(word)).map(stem))];
}

function stem(word) {
  for (const ending of ["'s", "’s", "ing", "ies", "ed", "es", "s"]) {
    if (word.endsWith(ending) && word.length - ending.length >= 3) return word.slice(0, -ending.length);
  }
  return word;
}

function highlighted(text, terms, into) {
  let end = 0;
  for (const found of text.matchAll(WORD)) {
    if (!terms.includes(stem(found[0].toLowerCase()))) continue;
    into.append(text.slice(end, found.index), element("mark", found[0]));
    end = found.index + found[0].length;
  }
  into.append(text.slice(end));
}

function facts(pairs) {
  const list = element("dl");
  for (const [name, value] of pairs) {
    if (value === undefined || value === "") continue;
    const pair = element("div");
    pair.append(element("dt", name), element("dd", String(value)));
    list.append(pair);
  }
  return list;
}

function pages(result) {
  return result.page_end && result.page_end !== result.page ? `${result.page}–${result.page_end}` : result.page;
}

function card(result, rank, terms) {
  const item = element("li");
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
  highlighted(result.text, terms, text);
  item.append(element("span", `score ${result.score.toFixed(4)}`, "score"), heading,
    facts([["source", result.source], ["page", pages(result)], ["heading", result.heading]]), text);
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

async function search() {
  const number = ++latest;
  const question = at("question").value.trim();
  const key = at("key").value.trim();
  const body = { query: question, top_k: Number(at("count").value) };
  if (at("mode").value) body.mode = at("mode").value;
  sessionStorage.setItem(KEY, key);
  at("error").textContent = "";
  at("status").textContent = "Searching …";
  const url = new URL("search", document.baseURI).href;
  const headers = { "Content-Type": "application/json" };
  if (wantsKey && key) headers.Authorization = `Bearer ${key}`;
  const started = performance.now();
  let response, text, answer;
  try {
    response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), credentials: "omit" });
    text = await response.text();
    answer = JSON.parse(text);
  } catch (fault) {
    if (!response) text = "";
  }
  if (number !== latest) return; // A later question is under way.
  const milliseconds = performance.now() - started;
  if (!response || !response.ok || !answer) {
    at("answer").hidden = true;
    at("status").textContent = "";
    at("error").textContent = response ? refused(response, answer) : "The server does not answer.";
    return;
  }
  const results = answer.results;
  const terms = termsOf(question);
  at("results").replaceChildren(...results.map((result, index) => card(result, index + 1, terms)));
  at("timing").replaceChildren(...timing(response.headers.get("Server-Timing"), milliseconds).children);
  at("curl").textContent = curlOf(url, body);
  at("copied").textContent = "";
  at("raw").textContent = JSON.stringify(answer, null, 2);
  at("answer").hidden = false;
  at("status").textContent = `${results.length} result${results.length === 1 ? "" : "s"} in ` +
    `${milliseconds.toFixed(0)} ms${answer.truncated ? ", cut to keep the answer short" : ""}.`;
  at("found").focus();
}

async function copy() {
  try {
    await navigator.clipboard.writeText(at("curl").textContent);
    at("copied").textContent = "Copied.";
  } catch (fault) {
    // Without TLS a page may not write there.
    getSelection().selectAllChildren(at("curl"));
    at("copied").textContent = "Selected: copy it with the keyboard.";
  }
}

// The action's own document says what it is called and whether it wants a key.
async function introduce() {
  const response = await fetch("openapi.json", { credentials: "omit" });
  const described = await response.json();
  document.title = described.info.title;
  at("title").textContent = described.info.title;
  at("about").textContent = described.info.description || "";
  wantsKey = Boolean(described.security);
  at("key-row").hidden = !wantsKey;
}

at("key").value = sessionStorage.getItem(KEY) || "";
at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
at("copy").addEventListener("click", copy);
introduce().catch(() => {
  at("error").textContent = "The server's own description cannot be read; questions may work all the same.";
});
