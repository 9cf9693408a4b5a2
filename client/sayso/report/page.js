
"use strict";
const form = document.getElementById("filter");
const correcting = document.getElementById("correction");
const told = document.getElementById("told");
const wait = 200; // time in milliseconds for the mouse to move from a statement to its card
let shown, marked, spoken, held; // state of the texts on the page, set by begin()
let card = null;
let leaving = 0;
let telling = 0;
let corrections = new Map(); // keyed by statement identifier and change; for a missing statement, by its place
let saved = true;
let selected = null; // the words selected in a text: {document, start, end, text}

// The texts and their statements.

function begin() {
  held = JSON.parse(document.getElementById("data").textContent);
  shown = form.querySelector("output");
  marked = [...document.querySelectorAll("main [data-s]:not(.card)")];
  spoken = [...document.querySelectorAll("span[data-cue], span[data-source]")];
  const people = [...form.elements.speaker.options].slice(1).map(option => option.textContent);
  document.getElementById("speakers").replaceChildren(...people.map(name => new Option(name)));
  corrections = new Map();
  saved = true;
  card = null;
  if (matchMedia("(max-width: 52rem)").matches) { // the text comes first
    for (const fold of [document.getElementById("tools"), document.querySelector(".key")]) fold.open = false;
  }
  closeForm();
  restore();
}

function parted(identifier) {
  const at = identifier.indexOf("-");
  return [identifier.slice(0, at), identifier.slice(at + 1)];
}

function rowOf(identifier) {
  const [key, statement] = parted(identifier);
  return held.documents[key].rows[statement];
}

// Filters: search, speaker, kind, confidence.

function wantedBy(state) {
  const words = state.search.toLowerCase().split(/\s+/).filter(word => word);
  const known = [...form.elements.kind].map(box => box.value);
  return element => {
    const row = rowOf(element.dataset.s);
    const said = [row.text, row.speaker, row.speaker_role, row.source, row.cue, row.addressees].join(" ").toLowerCase();
    return (!state.speaker || element.dataset.p === state.speaker)
      && (!known.includes(element.dataset.k) || state.kinds.includes(element.dataset.k))
      && 100 * row.confidence >= state.least && words.every(word => said.includes(word));
  };
}

function current() {
  const kinds = [...form.elements.kind].filter(box => box.checked).map(box => box.value);
  return { search: form.elements.search.value, speaker: form.elements.speaker.value, kinds, least: Number(form.elements.least.value) };
}

function filter() {
  const state = current();
  const wanted = wantedBy(state);
  const on = new Set(marked.filter(wanted).map(element => element.dataset.s));
  for (const element of marked) {
    const isOn = on.has(element.dataset.s);
    if (element.localName === "mark") {
      element.classList.toggle("off", !isOn);
      if (element.id) element.tabIndex = isOn ? 0 : -1;
    } else if (element.localName === "li") {
      element.hidden = !isOn;
    } else {
      element.classList.toggle("off-bar", !isOn);
    }
  }
  for (const span of spoken) {
    for (const role of ["cue", "source"]) {
      const of = (span.dataset[role] || "").split(" ");
      span.classList.toggle(role, of.some(identifier => on.has(identifier)));
    }
  }
  for (const person of document.querySelectorAll("details[data-p]")) person.hidden = !person.querySelector("li:not([hidden])");
  for (const row of document.querySelectorAll(".row")) row.hidden = !row.querySelector("a:not(.off-bar)");
  document.getElementById("least").textContent = state.least + "%";
  shown.textContent = on.size === 1 ? "1 statement" : on.size + " statements";
  highlight(state.search);
  hide();
  return on;
}

function highlight(search) {
  if (!globalThis.CSS || !CSS.highlights) return;
  const words = search.toLowerCase().split(/\s+/).filter(word => word);
  const ranges = [];
  for (const text of words.length ? document.querySelectorAll(".text") : []) {
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, lower = node.data.toLowerCase();
      for (const word of words) {
        for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, Math.min(at + word.length, node.length));
          ranges.push(range);
        }
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}

// The page state in the URL: #d0-s3?q=...&p=...&k=...&c=...

function address(identifier) {
  const state = current(), values = new URLSearchParams();
  if (state.search) values.set("q", state.search);
  if (state.speaker) values.set("p", state.speaker);
  if (state.kinds.length < form.elements.kind.length) values.set("k", state.kinds.join());
  if (state.least) values.set("c", state.least);
  const query = values.toString();
  return "#" + identifier + (query ? "?" + query : "");
}

function fromAddress() {
  const [identifier, query] = location.hash.slice(1).split(/\?(.*)/s);
  return [identifier, new URLSearchParams(query || "")];
}

function restore() {
  const [identifier, values] = fromAddress();
  const kinds = values.has("k") ? values.get("k").split(",") : null;
  form.elements.search.value = values.get("q") || "";
  form.elements.speaker.value = values.get("p") || "";
  if (form.elements.speaker.selectedIndex < 0) form.elements.speaker.value = "";
  for (const box of form.elements.kind) box.checked = !kinds || kinds.includes(box.value);
  form.elements.least.value = values.get("c") || 0;
  filter();
  visit(identifier);
}

function remember() {
  filter();
  history.replaceState(null, "", address(fromAddress()[0]));
}

function visit(identifier) {
  const element = identifier && document.getElementById(identifier);
  if (!element) return;
  element.scrollIntoView({ block: element.localName === "mark" ? "center" : "start" });
  if (element.localName === "mark") element.focus({ preventScroll: true });
}

// Cards.

function hide() {
  clearTimeout(leaving);
  if (card) card.hidden = true;
  card = null;
  for (const mark of document.querySelectorAll("mark.active")) mark.classList.remove("active");
}

function show(mark) {
  const next = document.getElementById(mark.dataset.s + "-card");
  if (card && card === next) {
    clearTimeout(leaving);
    return;
  }
  hide();
  card = next;
  card.hidden = false;
  const place = mark.getClientRects()[0], width = document.documentElement.clientWidth;
  const beside = mark.closest(".text").getBoundingClientRect().right + 16;
  const isBeside = beside + card.offsetWidth < width; // only if it does not cover the text
  const left = isBeside ? beside : Math.min(place.left, width - card.offsetWidth - 12);
  const below = place.bottom + 6;
  const above = below + card.offsetHeight < innerHeight ? below : Math.max(6, place.top - card.offsetHeight - 6);
  const top = isBeside ? Math.max(6, Math.min(place.top, innerHeight - card.offsetHeight - 12)) : above;
  card.style.left = Math.max(6, left) + scrollX + "px";
  card.style.top = top + scrollY + "px";
  for (const part of marked) {
    if (part.localName === "mark" && part.dataset.s === mark.dataset.s) part.classList.add("active");
  }
}

function markOf(event) {
  return event.target.closest("mark[data-s]:not(.off)");
}

function leave() {
  if (card && card.contains(document.activeElement)) return;
  const focused = document.activeElement.closest("mark[data-s]:not(.off)");
  if (focused) show(focused); else hide();
}

function step(mark, by) {
  const stops = [...document.querySelectorAll("mark[tabindex='0']")];
  const next = stops[stops.indexOf(mark) + by];
  if (next) next.focus();
}

function enter(mark) {
  if (card) card.querySelector("button").focus(); else show(mark);
}

const keys = {
  ArrowDown: mark => step(mark, 1), ArrowRight: mark => step(mark, 1),
  ArrowUp: mark => step(mark, -1), ArrowLeft: mark => step(mark, -1),
  Enter: enter, " ": enter,
};

// Clipboard and downloads.

function tell(message) {
  clearTimeout(telling);
  told.textContent = message;
  telling = setTimeout(() => { told.textContent = ""; }, 3000);
}

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not permitted, for example on a page loaded without TLS
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  tell(what + " copied");
}

function quotation(identifier) {
  const row = rowOf(identifier), found = held.documents[parted(identifier)[0]];
  const who = row.speaker || row.source || "unknown speaker";
  const by = [who, row.speaker_role].filter(part => part).join(", ");
  const how = { indirect: " (reported, not quoted)", mixed: " (quoted in part)" }[row.kind] || "";
  const from = found.title || found.document_id;
  return row.text.replace(/\s+/g, " ") + " – " + by + how + (from ? ", in: " + from : "");
}

function save(name, kind, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function rowsShown() {
  const on = filter(), rows = [];
  for (const [key, found] of Object.entries(held.documents)) {
    for (const row of Object.values(found.rows)) if (on.has(key + "-" + row.statement_id)) rows.push(row);
  }
  return rows;
}

function cell(value) {
  let text = typeof value === "number" ? String(Math.round(value * 1e4) / 1e4) : String(value);
  if (/^[=+\-@\t\r]/.test(text) && typeof value !== "number") text = "'" + text; // a spreadsheet would evaluate it as a formula
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function csv() {
  const lines = [held.columns, ...rowsShown().map(row => held.columns.map(column => row[column]))];
  return "\ufeff" + lines.map(line => line.map(cell).join() + "\r\n").join("");
}

function json() {
  const on = filter(), results = [];
  for (const [key, found] of Object.entries(held.documents)) {
    results.push({ ...found.result, statements: found.result.statements.filter(one => on.has(key + "-" + one.statementId)) });
  }
  return JSON.stringify(results, null, 2) + "\n";
}

// Corrections.

// Offsets are in code points of the text. JavaScript strings count UTF-16 units, and the page has one character for CR LF.
function offset(paragraph, node, at) {
  const range = new Range();
  range.selectNodeContents(paragraph);
  range.setEnd(node, at);
  const points = [...held.documents[paragraph.parentElement.dataset.d].text];
  let place = Number(paragraph.dataset.start);
  for (const _ of range.toString()) place += points[place] === "\r" && points[place + 1] === "\n" ? 2 : 1;
  return place;
}

function selection() {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed) return null;
  const range = chosen.getRangeAt(0);
  const [first, last] = [range.startContainer, range.endContainer].map(node => (node.parentElement || node).closest(".text p"));
  if (!first || !last || first.parentElement !== last.parentElement) return null;
  const key = first.parentElement.dataset.d;
  const start = offset(first, range.startContainer, range.startOffset), end = offset(last, range.endContainer, range.endOffset);
  const text = [...held.documents[key].text].slice(start, end).join("");
  const before = text.length - text.trimStart().length, after = text.length - text.trimEnd().length;
  return { document: key, start: start + before, end: end - after, text: text.trim() };
}

function openForm(identifier) {
  const fields = correcting.elements, isMissing = !identifier;
  const known = [...corrections.values()].find(one => one.of === identifier);
  correcting.dataset.of = identifier;
  correcting.querySelector(".quoted").textContent = isMissing ? "" : rowOf(identifier).text;
  fields.change.value = isMissing ? "missing" : known ? known.change : "speaker";
  fields.change.disabled = isMissing;
  fields.change.querySelector("[value=missing]").hidden = !isMissing;
  selected = isMissing ? selection() : null;
  correcting.hidden = false;
  fill();
  (isMissing ? fields.speaker : fields.change).focus();
}

function fill() {
  const fields = correcting.elements, known = corrections.get(correcting.dataset.of + " " + fields.change.value);
  fields.speaker.value = known ? known.speaker || "" : "";
  fields.note.value = known ? known.note || "" : "";
  correcting.querySelector("[data-do=undo]").hidden = !known;
  ask();
}

function ask() {
  const change = correcting.elements.change.value;
  correcting.querySelector(".for-speaker").hidden = !["speaker", "missing"].includes(change);
  correcting.querySelector(".for-border").hidden = !["border", "missing"].includes(change);
  correcting.querySelector("output").textContent = selected ? selected.text : "nothing yet";
}

function keep() {
  const fields = correcting.elements, change = fields.change.value, identifier = correcting.dataset.of;
  const needsWords = ["border", "missing"].includes(change);
  const key = identifier ? parted(identifier)[0] : selected && selected.document;
  if (needsWords && (!selected || selected.document !== key)) return tell("select the words in the text first");
  if (change === "speaker" && !fields.speaker.value.trim()) return tell("enter the correct speaker");
  const made = { change, made_at: new Date().toISOString() };
  if (identifier) made.statement_id = parted(identifier)[1];
  if (needsWords) made.content = [[selected.start, selected.end]];
  if (["speaker", "missing"].includes(change) && fields.speaker.value.trim()) made.speaker = fields.speaker.value.trim();
  if (fields.note.value.trim()) made.note = fields.note.value.trim();
  const name = identifier || key + ":" + selected.start;
  for (const [key, one] of corrections) { // a rejected statement needs no other corrections
    if (one.of === name && [change, one.change].includes("no-statement")) corrections.delete(key);
  }
  corrections.set(name + " " + change, { of: name, key, change, speaker: made.speaker, note: made.note, made });
  saved = false;
  closeForm();
  tell("correction kept; save your corrections before you leave this page");
}

function closeForm() {
  const of = new Set([...corrections.values()].map(one => one.of));
  correcting.hidden = true;
  for (const element of marked) {
    if (element.localName !== "a") element.classList.toggle("corrected", of.has(element.dataset.s));
  }
  const button = form.querySelector("[data-do=corrections]");
  button.hidden = !corrections.size;
  button.textContent = "Save " + corrections.size;
}

function correctionLines() {
  const lines = [];
  for (const [key, found] of Object.entries(held.documents)) {
    const mine = [...corrections.values()].filter(one => one.key === key).map(one => one.made);
    const { document_id, title, text, result } = found;
    if (mine.length) lines.push(JSON.stringify({ document_id, title, text, result, corrections: mine }) + "\n");
  }
  return lines.join("");
}

// The actions of the buttons; `identifier` is the statement of the card.

const actions = {
  csv: () => save("statements.csv", "text/csv", csv()),
  json: () => save("statements.json", "application/json", json()),
  print: () => print(),
  quote: identifier => copy(quotation(identifier), "quotation"),
  link: identifier => copy(location.href.split("#")[0] + "#" + identifier, "link"),
  correct: identifier => openForm(identifier),
  missing: () => openForm(""),
  cancel: () => closeForm(),
  undo: () => { corrections.delete(correcting.dataset.of + " " + correcting.elements.change.value); closeForm(); },
  corrections: () => { save("corrections.jsonl", "application/jsonl", correctionLines()); saved = true; },
};

form.addEventListener("input", remember);
form.addEventListener("submit", event => event.preventDefault());
correcting.elements.change.addEventListener("input", fill);
correcting.addEventListener("submit", event => { event.preventDefault(); keep(); });
document.addEventListener("selectionchange", () => {
  if (correcting.hidden || correcting.querySelector(".for-border").hidden) return;
  selected = selection() || selected;
  ask();
});
document.addEventListener("click", event => {
  const button = event.target.closest("[data-do]"), link = event.target.closest("a[href^='#']");
  const of = button && button.closest(".card");
  if (button && actions[button.dataset.do]) actions[button.dataset.do](of ? of.dataset.s : "");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const identifier = link.getAttribute("href").slice(1);
  history.pushState(null, "", address(identifier));
  visit(identifier);
});
for (const name of ["focusin", "click"]) {
  document.addEventListener(name, event => {
    const mark = markOf(event);
    if (mark) show(mark);
    else if (card && !card.contains(event.target) && !correcting.contains(event.target) && !event.target.closest("a[href^='#']")) hide();
  });
}
document.addEventListener("mouseover", event => {
  const mark = markOf(event);
  if (mark) show(mark);
  else if (card && card.contains(event.target)) clearTimeout(leaving);
});
document.addEventListener("mouseout", event => {
  if (!markOf(event) && !(card && card.contains(event.target))) return;
  clearTimeout(leaving);
  leaving = setTimeout(leave, wait);
});
document.addEventListener("keydown", event => {
  const mark = event.target.closest("mark[tabindex='0']");
  if (event.key === "Escape") {
    const within = card && card.contains(document.activeElement) && document.getElementById(card.dataset.s);
    if (!correcting.hidden) closeForm();
    if (within) within.focus();
    hide();
  } else if (mark && keys[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    keys[event.key](mark);
  }
});
addEventListener("popstate", restore);
addEventListener("beforeunload", event => { if (!saved) event.preventDefault(); });
addEventListener("beforeprint", () => {
  hide();
  for (const fold of document.querySelectorAll(".people details, .key")) fold.open = true;
});
begin();
