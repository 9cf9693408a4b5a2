
"use strict";
// The page of a server: it sends a text to the server and shows the content of the returned page.
const asking = document.getElementById("ask");
const again = document.getElementById("again");
const most = asking.querySelector("output");
const wrong = asking.querySelector(".error");
const example = "“The bridge will stay shut until spring,” Mara Olin, the mayor of Lorne, told reporters on Friday. "
  + "She said that the cracks were “worse than anybody feared.”\n\nThe contractor disputed this. “We have been over every bolt,” "
  + "said its spokesman, Ivo Pell. A report by the county found that 4,000 cars cross the river each day.\n\n"
  + "“Nobody asked us,” said Ada Brandt, who runs the ferry.";
let answer = ""; // the returned page, to be saved unchanged
let going = null;

document.body.classList.add("live", "empty");

function complain(message) {
  wrong.textContent = message;
  wrong.hidden = !message;
}

function count() {
  const length = [...asking.elements.text.value].length, limit = Number(most.dataset.most);
  most.textContent = length.toLocaleString("en") + " of at most " + limit.toLocaleString("en") + " characters";
  asking.querySelector("[type=submit]").disabled = length > limit;
}

async function take(file) {
  complain("");
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return complain(file.name + " is not a UTF-8 text file. For a PDF or Word file, copy the text and paste it here.");
  }
  if (/^\s*<(!doctype|html)/i.test(text)) return complain(file.name + " is HTML: copy the article in the browser and paste it here.");
  if (text.includes("\0")) return complain(file.name + " is not a text file.");
  asking.elements.text.value = text;
  if (!asking.elements.title.value) asking.elements.title.value = file.name.replace(/\.[^.]*$/, "");
  count();
}

async function send() {
  const { text, title, token } = asking.elements;
  const headers = { "content-type": "application/json" };
  if (token.value) headers.authorization = "Bearer " + token.value;
  const body = JSON.stringify({ document: { text: text.value.replace(/\r\n?/g, "\n"), title: title.value.trim() } });
  if (going) going.abort();
  const mine = going = new AbortController();
  const response = await fetch("report", { method: "POST", headers, body, signal: mine.signal });
  if (response.ok) return response.text();
  const error = await response.json().catch(() => ({}));
  if (response.status === 503 && (error.details || []).some(one => one.debug && one.debug.reason === "NOT_READY")) {
    complain(error.message); // continues as soon as the models are loaded
    await new Promise(done => setTimeout(done, 1000));
    if (mine === going) return send();
  }
  if (response.status === 401) token.closest("label").hidden = false;
  throw new Error(error.message || "the server answered " + response.status);
}

function place(html) {
  const made = new DOMParser().parseFromString(html, "text/html"); // inert: its scripts do not run
  document.querySelector("main").replaceWith(document.adoptNode(made.querySelector("main")));
  form.elements.speaker.replaceChildren(...made.querySelector("select[name=speaker]").children);
  document.getElementById("data").textContent = made.getElementById("data").textContent;
  document.title = made.title;
  answer = html;
  document.body.classList.remove("empty");
  asking.hidden = true;
  again.hidden = false;
  history.replaceState(null, "", location.pathname);
  begin();
  scrollTo(0, 0);
}

asking.addEventListener("submit", async event => {
  event.preventDefault();
  complain("");
  const button = asking.querySelector("[type=submit]"), started = Date.now();
  const say = () => { button.textContent = "Reading… " + Math.round((Date.now() - started) / 1000) + " s"; };
  const saying = setInterval(say, 1000);
  say();
  try {
    place(await send());
    complain("");
  } catch (error) {
    if (error.name !== "AbortError") complain(error instanceof TypeError ? "the server cannot be reached" : error.message);
  }
  clearInterval(saying);
  button.textContent = "Find statements";
});
asking.addEventListener("input", event => {
  if (event.target.name === "file" && event.target.files.length) take(event.target.files[0]);
  count();
});
asking.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) asking.requestSubmit();
});
for (const name of ["dragover", "dragleave", "drop"]) {
  asking.addEventListener(name, event => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    asking.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
}
actions.example = () => {
  asking.elements.text.value = example;
  asking.elements.title.value = "The bridge at Lorne";
  count();
};
actions.again = () => {
  if (!saved && !confirm("The corrections are not saved. Discard them?")) return;
  document.body.classList.add("empty");
  asking.hidden = false;
  again.hidden = true;
  saved = true;
  asking.elements.text.focus();
};
actions.page = () => save("who-said-what.html", "text/html", answer);
