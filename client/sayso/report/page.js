
"use strict";
const form = document.getElementById("filter");
const shown = form.querySelector("output");
const marked = [...document.querySelectorAll("[data-s]")];
let card = null;

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

form.addEventListener("input", filter);
form.addEventListener("submit", event => event.preventDefault());
for (const name of ["mouseover", "focusin", "click"]) {
  document.addEventListener(name, event => {
    const mark = markOf(event);
    if (mark) show(mark);
    else if (name === "click" && card && !card.contains(event.target)) hide();
  });
}
document.addEventListener("mouseout", event => { if (markOf(event) && document.activeElement !== markOf(event)) hide(); });
document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });
filter();
