// Moving a block: by its buttons, by keys, and by dragging, in the mail and in the list.

"use strict";

const moving = (() => {
  const { base, query } = mail.box.dataset;
  const FIELDS = "input, textarea, select";
  const SLACK_PX = 6; // less is a press, not a drag
  const formOf = (fields) => new URLSearchParams({ csrf: asking.token(), ...fields });

  // ---------- where the keyboard is, before and after ----------

  function heldAt() {
    const at = document.activeElement;
    const part = at?.closest(".mail-part");
    if (part) return { where: "part", id: part.dataset.block, what: at.dataset.do, id2: at.id };
    const line = at?.closest(".blocks > li");
    return line ? { where: "list", id: line.dataset.block } : null;
  }

  function goBack(held) {
    if (!held) return;
    const line = mail.lineOf(held.id);
    const part = mail.parts.get(held.id);
    if (held.where === "list" || !part || part.hidden) {
      line?.querySelector("a").focus({ preventScroll: true });
      line?.scrollIntoView({ block: "nearest" });
      return;
    }
    const again = held.what ? part.querySelector(`[data-do="${held.what}"]`) : held.id2 && document.getElementById(held.id2);
    (again || part.querySelector("[data-do=open]")).focus({ preventScroll: true });
    part.scrollIntoView({ block: "nearest" });
  }

  // ---------- the move itself ----------

  async function move(id, fields, held) {
    const before = mail.ids();
    const done = await writing.act(`${base}/blokken/${id}/plaats${query}`, formOf(fields));
    if (!done) return;
    const after = mail.ids();
    goBack(held);
    const place = after.indexOf(id) + 1;
    const name = mail.lineOf(id)?.dataset.name ?? "Het blok";
    const isSame = before.join() === after.join();
    asking.say(`${name} staat ${isSame ? "nog" : "nu"} op plaats ${place} van ${after.length}.`);
  }

  const step = (id, to) => move(id, { to }, heldAt());

  async function drop(id) {
    if (!(await writing.flush())) return;
    const { mark } = mail.lineOf(id).dataset;
    const all = mail.ids();
    const next = all[all.indexOf(id) + 1] ?? all[all.indexOf(id) - 1];
    const done = await writing.act(`${base}/blokken/${id}/weg${query}`, formOf({ seen: mark }));
    if (done && next) goBack({ where: "part", id: next, what: "open" });
  }

  // ---------- a block here ----------

  function askKind(part) {
    document.querySelectorAll(".add-card").forEach((one) => one.remove());
    const card = document.getElementById("blok-hier").content.firstElementChild.cloneNode(true);
    card.elements.after.value = part.dataset.block;
    part.querySelector(".add-here").append(card);
    card.querySelector("button").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  }

  function leaveCard(card) {
    const back = card.closest(".add-here").querySelector("[data-do=add]");
    card.remove();
    back.focus({ preventScroll: true });
  }

  // ---------- the bar ----------

  const DO = {
    open: (part) => writing.open(part.dataset.block),
    audience: (part) => writing.open(part.dataset.block, ".block-tools button"),
    up: (part) => step(part.dataset.block, "up"),
    down: (part) => step(part.dataset.block, "down"),
    drop: (part) => drop(part.dataset.block),
    add: askKind,
  };

  mail.layer.addEventListener("click", (event) => {
    const part = event.target.closest(".mail-part");
    if (!part || dragged.just) return;
    const button = event.target.closest("[data-do]");
    if (button) DO[button.dataset.do](part);
    else if (event.target === part && !part.matches(".is-editing")) writing.open(part.dataset.block);
  });

  // A toolbar is one stop of Tab; the arrows go through it.
  function rove(event, bar) {
    const all = [...bar.querySelectorAll("button")].filter((one) => one.offsetParent);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  }

  mail.layer.addEventListener("focusin", (event) => {
    const bar = event.target.closest(".block-bar");
    if (bar) bar.querySelectorAll("button").forEach((one) => { one.tabIndex = one === event.target ? 0 : -1; });
  });

  document.addEventListener("click", (event) => {
    const card = document.querySelector(".add-card");
    if (card && !event.target.closest(".add-here")) card.remove();
  });

  document.addEventListener("keydown", (event) => {
    const bar = event.target.closest?.(".block-bar");
    if (bar && !event.altKey) rove(event, bar);
    const card = event.target.closest?.(".add-card");
    if (card && event.key === "Escape") leaveCard(card);
    if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    if (event.target.matches?.(FIELDS)) return;
    const place = event.target.closest?.(".mail-part, #schrijven .blocks > li");
    if (!place) return;
    event.preventDefault();
    if (!event.repeat) step(place.dataset.block, event.key === "ArrowUp" ? "up" : "down");
  });

  // ---------- dragging ----------

  const dragged = { id: "", from: 0, others: [], just: false, line: null, gap: null };

  function begin(event) {
    const grip = event.target.closest(".grip");
    const place = grip?.closest(".mail-part, .blocks > li");
    if (!place || event.button !== 0) return;
    event.preventDefault();
    const inMail = place.matches(".mail-part");
    const all = inMail ? [...mail.parts.values()].filter((one) => !one.hidden) : mail.lines();
    all.sort((a, b) => mail.ids().indexOf(a.dataset.block) - mail.ids().indexOf(b.dataset.block));
    Object.assign(dragged, { id: place.dataset.block, from: event.clientY, others: all, grip, line: null, gap: null });
    grip.setPointerCapture(event.pointerId);
  }

  function gapAt(y) {
    const below = dragged.others.find((one) => {
      const { top, height } = one.getBoundingClientRect();
      return y < top + height / 2;
    });
    const at = below ? dragged.others.indexOf(below) : dragged.others.length;
    return { above: dragged.others[at - 1], below };
  }

  function follow(event) {
    if (!dragged.id || (!dragged.line && Math.abs(event.clientY - dragged.from) < SLACK_PX)) return;
    if (!dragged.line) {
      dragged.line = Object.assign(document.createElement("div"), { className: "drop-line" });
      dragged.others.find((one) => one.dataset.block === dragged.id).classList.add("is-dragged");
    }
    dragged.gap = gapAt(event.clientY);
    const edge = dragged.gap.below ?? dragged.gap.above;
    edge.append(dragged.line);
    dragged.line.classList.toggle("at-end", !dragged.gap.below);
    if (event.clientY < 60) window.scrollBy(0, -16);
    else if (event.clientY > window.innerHeight - 60) window.scrollBy(0, 16);
  }

  function stop() {
    dragged.line?.remove();
    document.querySelectorAll(".is-dragged").forEach((one) => one.classList.remove("is-dragged"));
    Object.assign(dragged, { id: "", line: null, gap: null });
  }

  function release() {
    const { id, gap } = dragged;
    if (!id) return;
    const others = [gap?.above?.dataset.block, gap?.below?.dataset.block];
    dragged.just = Boolean(gap);
    setTimeout(() => { dragged.just = false; });
    stop();
    if (!gap || others.includes(id)) return;
    move(id, { above: others[0] ?? "", below: others[1] ?? "" }, null);
  }

  document.addEventListener("pointerdown", begin);
  document.addEventListener("pointermove", follow);
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && dragged.id) stop(); });

  return { step };
})();
