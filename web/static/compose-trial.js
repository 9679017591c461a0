// The mail follows what is written, a moment after each key; nothing of it is kept.

"use strict";

const preview = (() => {
  const PATIENCE_MS = 20000;

  // One at a time, and the newest words next: no request is stale before it is answered.
  const trial = { isBusy: false, next: null };
  async function follow(form) {
    trial.next = form;
    if (trial.isBusy) return;
    trial.isBusy = true;
    while (trial.next) {
      const now = trial.next;
      trial.next = null;
      await tryOut(now);
    }
    trial.isBusy = false;
  }

  async function tryOut(form) {
    if (!form.isConnected) return;
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const answer = await fetch(form.dataset.trial, { method: "POST", body, signal, credentials: "same-origin" });
      const html = await answer.text();
      if (answer.ok && form.isConnected) mail.show(html);
    } catch (error) {
      if (!(error instanceof TypeError || error.name === "TimeoutError")) throw error; // saving tells of it
    }
  }

  return { follow };
})();
