
"use strict";
const form = document.getElementById("filter");
const shown = form.querySelector("output");
const marked = [...document.querySelectorAll("[data-s]")];
const wait = 200; // milliseconds in which the mouse may move from a statement to its card
let card = null;
let leaving = 0;

function wanted(element) {
  const kinds = [...form.elements.kind].filter(box => box.checked).map(box => box.value);
  const speaker = form.elements.speaker.value;
  const known = [...form.elements.kind].some(box => box.value === element.dataset.k);
  return (!speaker || element.dataset.p === speaker) && (!known || kinds.includes(element.dataset.k));
}

function filter() {
  let count = 0;
  for (const element of marked) {
    const on = wanted(element);
    if (element.localName === "mark") {
      element.classList.toggle("off", !on);
      if (element.id) element.tabIndex = on ? 0 : -1;
    } else if (element.localName === "li") {
      element.hidden = !on;
      count += on;
    } else {
      element.classList.toggle("off-bar", !on);
    }
  }
  for (const person of document.querySelectorAll("details[data-p]")) {
    person.hidden = !person.querySelector("li:not([hidden])");
  }
  shown.textContent = count === 1 ? "1 statement" : count + " statements";
  hide();
}

function hide() {
  clearTimeout(leaving);
  if (card) card.hidden = true;
  card = null;
  for (const mark of document.querySelectorAll("mark.active")) mark.classList.remove("active");
}

function show(mark) {
  hide();
  card = document.getElementById(mark.dataset.s + "-card");
  card.hidden = false;
  const place = mark.getClientRects()[0];
  const left = Math.min(place.left, document.documentElement.clientWidth - card.offsetWidth - 12);
  const below = place.bottom + 6;
  const top = below + card.offsetHeight < innerHeight ? below : Math.max(6, place.top - card.offsetHeight - 6);
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
  const focused = document.activeElement.closest("mark[data-s]:not(.off)");
  if (focused) show(focused); else hide();
}

function step(mark, by) {
  const stops = [...document.querySelectorAll("mark[tabindex='0']")];
  const next = stops[stops.indexOf(mark) + by];
  if (next) next.focus();
}

const keys = {
  ArrowDown: mark => step(mark, 1), ArrowRight: mark => step(mark, 1),
  ArrowUp: mark => step(mark, -1), ArrowLeft: mark => step(mark, -1),
  Enter: mark => card ? hide() : show(mark), " ": mark => card ? hide() : show(mark),
};

form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
for (const name of ["focusin", "click"]) {
  document.addEventListener(name, event => {
    const mark = markOf(event);
    if (mark) show(mark);
    else if (card && !card.contains(event.target)) hide();
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
  if (event.key === "Escape") hide();
  else if (mark && keys[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    keys[event.key](mark);
  }
});
filter();
