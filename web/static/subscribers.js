// The list of people: everybody on the page with one press, and a range with Shift. Each can be
// ticked without this script.

"use strict";

const all = document.getElementById("kies-alle");
const boxes = [...document.querySelectorAll("#kies input[name=wie]")];
const word = document.querySelector("#wijzig span");
const plain = word?.textContent;
let last = null;

function mark() {
  boxes.forEach((box) => box.closest("tr").classList.toggle("is-picked", box.checked));
  const ticked = boxes.filter((box) => box.checked).length;
  word.textContent = ticked ? `Wijzig deze ${ticked}` : plain;
  all.checked = ticked === boxes.length;
  all.indeterminate = ticked > 0 && !all.checked;
}

// From the one before to this one, as it is now: with the mouse, and with Shift and the space bar.
function tick(event) {
  if (event.shiftKey && last && last !== event.target) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((box) => { box.checked = event.target.checked; });
  }
  last = event.target;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
  });
  boxes.forEach((box) => box.addEventListener("click", tick));
  document.getElementById("kies").addEventListener("change", mark);
  mark(); // a browser that comes back remembers what was ticked
}
