// Writing in place: a block opens where it stands, the mail follows each keystroke, and words are
// kept by themselves. Every form works without this; the script sends them as the browser would.

"use strict";

const writing = (() => {
  const SAVE_AFTER_MS = 1200;
  const RETRY_MS = [2000, 5000, 10000, 30000];
  const root = document.getElementById("schrijven");
  const { base, query } = mail.box.dataset;
  const held = new Map(); // the forms with words, and how each stands
  const { ask, askOrSay, say, show, state, showKept, showTrouble, showRefused, renewToken } = asking;
  const { adopt, section, openId, refresh, markNow } = around;

  // ---------- the words of a form ----------

  const AROUND = new Set(["csrf", "seen", "version"]);
  function wordsOf(form) {
    const told = [...new FormData(form)].filter(([name]) => !AROUND.has(name));
    return JSON.stringify(told.map(([name, value]) => [name, value instanceof File ? value.name : value.replaceAll("\r\n", "\n")]));
  }

  function hold(form) {
    if (form && !held.has(form)) held.set(form, { kept: wordsOf(form), lost: null, saving: null, later: 0, tries: 0, isOut: false });
  }

  const isDirty = (form) => held.has(form) && wordsOf(form) !== held.get(form).kept;
  const dirty = () => [...held.keys()].filter(isDirty);

  function letGo(form) {
    clearTimeout(held.get(form)?.later);
    held.delete(form);
    written.delete(form);
  }

  function note(form) {
    const one = held.get(form);
    clearTimeout(one.later);
    if (!isDirty(form)) {
      written.delete(form);
      if (!one.saving && state() === "waiting") show("kept", "Alles is bewaard");
      return;
    }
    if (state() !== "trouble") show("waiting", "Nog niet bewaard");
    one.later = setTimeout(() => save(form), SAVE_AFTER_MS);
  }

  // ---------- keeping them ----------

  function save(form) {
    const one = held.get(form);
    if (!one) return Promise.resolve(true);
    clearTimeout(one.later);
    one.saving ??= keep(form, one).finally(() => { one.saving = null; });
    return one.saving;
  }

  async function keep(form, one) {
    while (isDirty(form)) {
      const sent = wordsOf(form);
      if (state() !== "trouble") show("waiting", "Wordt bewaard");
      try {
        if (one.isOut) await renewToken();
        if (one.lost) await learn(form, one);
        const answer = await ask(form.action, { method: "POST", body: new FormData(form) });
        if (!settle(form, one, sent, answer)) return false;
      } catch (error) {
        if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error;
        one.lost = sent;
        retry(form, one);
        return false;
      }
    }
    return true;
  }

  function retry(form, one) {
    const wait = RETRY_MS[Math.min(one.tries, RETRY_MS.length - 1)];
    one.tries += 1;
    one.later = setTimeout(() => save(form), wait);
    showTrouble("Niet bewaard: geen verbinding. We proberen het opnieuw, je woorden blijven hier staan.");
  }

  const sameIn = (page, form) => [...page.forms].find((one) => one.getAttribute("action") === form.getAttribute("action"));

  // What was sent when the connection broke may have arrived: then it is no colleague's.
  async function learn(form, one) {
    const { page } = await ask(form.matches(".edit-words") ? `${base}/blokken/${openId()}${query}` : location.href);
    const now = sameIn(page, form);
    if (now && wordsOf(now) === one.lost) form.elements.seen.value = now.elements.seen.value;
    one.lost = null;
  }

  // Take in what the server says; false when the words are not kept.
  function settle(form, one, sent, { page, status, isOurs }) {
    if (status === 409 && page.querySelector("form.clash, .changed")) {
      clash(form, page);
      return false;
    }
    if (!isOurs) {
      one.isOut = showRefused(page);
      if (one.isOut) one.later = setTimeout(() => save(form), RETRY_MS[2]);
      return false;
    }
    const fresh = sameIn(page, form);
    if (status === 422) {
      renewForm(form, fresh);
      showTrouble("Niet bewaard: kijk bij het veld wat er nog niet klopt.");
      return false;
    }
    Object.assign(one, { kept: sent, tries: 0, isOut: false });
    if (fresh) form.elements.seen.value = fresh.elements.seen.value;
    // A date that was the day of the moment went along with it.
    const day = form.elements.dated_on;
    if (day && fresh && day !== document.activeElement) day.value = fresh.elements.dated_on.value;
    if (!isDirty(form)) written.delete(form);
    const isOther = fresh && (form.querySelector(".error") || form.querySelector("input[type=file]")?.value);
    refresh(page);
    if (isOther && !isDirty(form)) renewForm(form, fresh);
    showKept();
    return true;
  }

  // The same form as the server gives it: the cursor stays where it was.
  function renewForm(form, fresh) {
    if (!fresh) return;
    const at = form.contains(document.activeElement) ? document.activeElement : null;
    const made = adopt(fresh.cloneNode(true));
    form.replaceWith(made);
    letGo(form);
    hold(made);
    readyFields(made);
    const again = at?.id && document.getElementById(at.id);
    again?.focus({ preventScroll: true });
    if (again?.setSelectionRange && at.selectionStart !== null) again.setSelectionRange(at.selectionStart, at.selectionEnd);
  }

  const readyFields = (form) => document.dispatchEvent(new CustomEvent("fields-shown", { detail: form }));

  // ---------- two who write the same words ----------

  function clash(form, page) {
    const box = document.createElement("div");
    box.className = "clash-here stack";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Iemand anders schreef hier ook");
    const heading = Object.assign(document.createElement("h4"), { className: "clash-title", tabIndex: -1 });
    heading.textContent = page.querySelector("main h1").textContent;
    box.append(heading, ...[...page.querySelectorAll("main .lead, main form.clash, main .changed, main .pagehead a.button")].map(adopt));
    letGo(form);
    form.replaceWith(box);
    box.querySelectorAll("form").forEach((one) => written.add(one)); // until a choice is made
    showTrouble(`Niet bewaard: ${heading.textContent}. Kies hieronder.`);
    heading.focus({ preventScroll: true });
  }

  async function choose(form) {
    const answer = await askOrSay(form.action, { method: "POST", body: new FormData(form) });
    if (!answer) return;
    const { page, status, isOurs } = answer;
    if (status === 409 && page.querySelector("form.clash")) {
      const box = form.closest(".clash-here");
      written.delete(form);
      clash(box, page);
      return;
    }
    if (!isOurs) { showRefused(page); return; }
    written.delete(form);
    showKept();
    await take(refresh(page));
    await mail.reload();
  }

  // ---------- opening and closing ----------

  function setAddress(id) {
    const address = new URL(location.href);
    if (id) address.searchParams.set("blok", id);
    else address.searchParams.delete("blok");
    history.replaceState(null, "", address.pathname + address.search);
  }

  // Put a form at its block, in the place of the one that was open.
  async function take(fresh) {
    const old = section();
    old?.querySelectorAll("form").forEach(letGo);
    mail.close();
    old?.remove();
    setAddress(fresh?.dataset.block ?? "");
    markNow(fresh?.dataset.block ?? "");
    if (!fresh) return;
    const made = adopt(fresh);
    const placed = mail.open(made.dataset.block, made);
    hold(made.querySelector("form.edit-words"));
    readyFields(made);
    await placed;
  }

  async function flush() {
    for (const form of dirty()) if (!(await save(form))) return false;
    return true;
  }

  async function open(id, at = "") {
    if (id !== openId()) {
      if (!(await flush())) return;
      const answer = await askOrSay(`${base}/blokken/${id}${query}`);
      if (!answer) return;
      const fresh = answer.page.getElementById("bewerk");
      if (answer.status !== 200 || !fresh) { location.reload(); return; } // it is gone, or we are out
      await take(fresh);
    }
    const field = section().querySelector(at || ".edit-words textarea, .edit-words input:not([type=hidden])") ?? section();
    const folded = field.closest("details");
    if (folded) folded.open = true;
    field.focus({ preventScroll: true });
    if (field.setSelectionRange) field.setSelectionRange(field.value.length, field.value.length);
    bringIn();
  }

  // The form, and of the words below it as much as fits.
  function bringIn() {
    const place = section().closest(".mail-part") ?? section();
    const fits = place.offsetHeight < window.innerHeight - 80;
    place.scrollIntoView({ block: fits ? "nearest" : "start" });
  }

  async function close() {
    const id = openId();
    if (!id || !(await flush())) return;
    await take(null);
    const back = mail.parts.get(id);
    (back && !back.hidden ? back.querySelector("[data-do=open]") : mail.lineOf(id)?.querySelector("a"))?.focus({ preventScroll: true });
  }

  // ---------- what else is done to blocks ----------

  // What was done, and the button that undoes it, where it can be seen from anywhere in the mail.
  function toast(page) {
    document.querySelectorAll(".toast").forEach((old) => old.remove());
    const told = page.querySelector(".toast");
    if (!told) return;
    told.classList.replace("toast-top", "toast-fixed");
    told.removeAttribute("role");
    document.getElementById("melding").append(adopt(told));
    say(told.querySelector("p").textContent);
  }

  // Send what is done to a block; the page then shows what the server made of it.
  async function act(address, body) {
    if (!(await flush())) return false;
    const answer = await askOrSay(address, { method: "POST", body });
    if (!answer) return false;
    if (!answer.isOurs) { showRefused(answer.page); return false; }
    toast(answer.page);
    const fresh = refresh(answer.page);
    showKept();
    await mail.reload();
    return { fresh };
  }

  async function actOf(pressed, button) {
    if (!(await flush())) return;
    // Keeping the words renewed what stands around them.
    const form = pressed.isConnected ? pressed : [...document.forms].find((one) => one.action === pressed.action);
    if (!form) return;
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.set(button.name, button.value);
    const before = openId();
    const done = await act(form.action, body);
    if (!done) return;
    const id = done.fresh?.dataset.block ?? "";
    document.querySelector(".add-card")?.remove();
    const isOfBlock = form.closest("#bewerk") && !form.matches(".add-form") && !form.action.includes("/volg");
    if (id && id === before && isOfBlock) {
      section().scrollIntoView({ block: "nearest" });
      return; // the words stay as they are
    }
    await take(done.fresh);
    if (form.matches(".add-form")) await open(id);
    else document.getElementById(id ? "bewerk" : "blokken")?.focus({ preventScroll: true });
  }

  // ---------- what colleagues do ----------

  const isBusy = () => dirty().length > 0 || [...held.values()].some((one) => one.saving) || document.querySelector(".clash-here, .add-card") !== null;

  async function catchUp(page) {
    const theirs = refresh(page);
    for (const form of [...held.keys()]) {
      const fresh = sameIn(page, form) ?? theirs?.querySelector("form.edit-words");
      const isOther = fresh?.getAttribute("action") === form.getAttribute("action") && fresh.elements.seen.value !== form.elements.seen.value;
      if (isOther) renewForm(form, fresh);
    }
    await mail.reload();
  }

  const OURS = ".block-tools form, .add-form, #melding form, [data-part=geschiedenis] form, .left-behind form, .fixed-blocks form";

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (held.has(form)) {
      event.preventDefault();
      if (await save(form)) showKept();
    } else if (form.matches(".clash-here form")) {
      event.preventDefault();
      await choose(form);
    } else if (form.matches(OURS)) {
      event.preventDefault();
      written.delete(form);
      await actOf(form, event.submitter);
    } else if (dirty().length) {
      event.preventDefault();
      written.add(form); // what stands in it waits too
      const { action } = form;
      const isKept = await flush(); // first the words, then what is done with them
      if (!isKept) return;
      const again = [...document.forms].find((one) => one.action === action);
      again?.requestSubmit();
    }
  });

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !held.has(form)) return;
    note(form);
    if (form.dataset.trial && event.target.type !== "file") preview.follow(form);
  });
  document.addEventListener("change", (event) => {
    if (event.target.type === "file" && held.has(event.target.form)) save(event.target.form);
  });
  document.addEventListener("focusout", (event) => {
    const form = event.target.form;
    if (held.has(form) && isDirty(form) && !form.contains(event.relatedTarget)) save(form);
  });
  const tryAgain = () => dirty().forEach(save);
  window.addEventListener("online", tryAgain);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tryAgain(); });

  // A link waits until the words are kept; those of a block open it here.
  document.addEventListener("click", async (event) => {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = isPlain && !event.defaultPrevented && event.target.closest("a[href]");
    if (!link || link.target === "_blank" || link.origin !== location.origin) return;
    const here = link.pathname === location.pathname;
    const asked = new URL(link.href).searchParams;
    const isSame = here && ["kant", "scherm", "kleur"].every((name) => (asked.get(name) ?? "") === (new URLSearchParams(query).get(name) ?? ""));
    if (link.matches(".edit-close")) {
      event.preventDefault();
      await close();
    } else if (link.closest(".clash-here") && here) {
      event.preventDefault();
      letGo(link.closest("form"));
      const id = openId();
      if (id) { await take(null); await open(id); } else location.reload();
    } else if (isSame && asked.get("blok")) {
      event.preventDefault();
      await open(asked.get("blok"), link.hash && link.hash !== "#bewerk" ? link.hash : "");
    } else if (!(here && link.search === location.search && link.hash) && dirty().length) {
      event.preventDefault();
      if (await flush()) location.href = link.href;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#bewerk")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  root.querySelectorAll("form.subject").forEach(hold);
  mail.ready.then(async () => {
    const there = section();
    if (!there) return;
    const isAt = there.contains(document.activeElement) ? document.activeElement : null;
    const placed = mail.open(there.dataset.block, there);
    hold(there.querySelector("form.edit-words"));
    readyFields(there);
    await placed;
    isAt?.focus({ preventScroll: true });
    const asked = location.hash.startsWith("#blok-") ? document.getElementById(location.hash.slice(1)) : null;
    if (asked?.closest("details")) asked.closest("details").open = true;
    if (asked) asked.focus({ preventScroll: true });
    if (!location.hash.startsWith("#blok-")) bringIn();
  });

  return { open, close, act, flush, isBusy, catchUp };
})();
