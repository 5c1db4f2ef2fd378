// Comfort on the page of an inspection record: the running total, and what was typed kept in this browser until the server has
// it. Without this script the page saves by its button alone.
"use strict";

(() => {
  const form = document.getElementById("bien-ban");
  if (!form) return;
  const words = form.dataset;
  const state = document.getElementById("da-luu");
  const older = document.getElementById("ban-cu");
  const mine = `dvk:kiem-tra:${words.account}:${words.code}:`;
  const version = form.elements.record_version;
  const token = form.elements.form_token;
  const LEFT_OUT = new Set(["csrf_token", "form_token", "record_version", "then"]);
  const DAYS_KEPT = 14;
  let waiting = false; // sent without an answer: to be sent again as soon as there is a line
  let busy = false;

  // Running total -----------------------------------------------------------------------------------------------------------

  const points = [...form.querySelectorAll("[data-most]")];
  const bands = JSON.parse(words.bands);

  function total() {
    let hundredths = 0;
    let complete = true;
    for (const field of points) {
      const match = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*$/.exec(field.value);
      const worth = match ? Number(match[1]) * 100 + Number((match[2] || "").padEnd(2, "0")) : 0;
      const wrong = field.value.trim() !== "" && (!match || worth > Number(field.dataset.most) * 100);
      field.toggleAttribute("data-wrong", wrong);
      if (!match || wrong) complete = false;
      if (!wrong) hundredths += worth;
    }
    const sum = hundredths / 100;
    document.getElementById("tong-diem").textContent = String(sum).replace(".", ",");
    const band = bands.find(([from]) => sum >= from);
    document.getElementById("xep-loai").textContent = complete && band ? band[1] : "";
    const missing = document.getElementById("con-thieu");
    if (missing) missing.hidden = complete;
  }

  // What was typed ----------------------------------------------------------------------------------------------------------

  function key() {
    return mine + version.value;
  }

  function typed() {
    return [...new FormData(form)].filter(([name, value]) => !LEFT_OUT.has(name) && typeof value === "string");
  }

  function keep() {
    const draft = { token: token.value, at: Date.now(), values: typed() };
    try {
      localStorage.setItem(key(), JSON.stringify(draft));
      state.textContent = words.unsent;
    } catch {
      // A browser that keeps nothing (private window, full): the page works as it does without scripts.
    }
  }

  function fill(values) {
    const kept = new Map();
    for (const [name, value] of values) kept.set(name, [...(kept.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name || LEFT_OUT.has(field.name) || field.type === "file" || field.type === "submit") continue;
      const found = kept.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = found.includes(field.value);
      else if (found.length) field.value = found[0];
    }
    total();
  }

  function drafts() {
    const found = [];
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith("dvk:kiem-tra:")) continue;
      let draft = null;
      try {
        draft = JSON.parse(localStorage.getItem(name));
      } catch {
        draft = null;
      }
      if (!draft || Date.now() - draft.at > DAYS_KEPT * 86400e3) localStorage.removeItem(name);
      else if (name.startsWith(mine)) found.push([name, draft]);
    }
    return found;
  }

  function restore() {
    const spent = new Set(JSON.parse(words.spent));
    for (const [name, draft] of drafts()) {
      if (spent.has(draft.token)) {
        localStorage.removeItem(name); // the server has it, only its answer was lost
      } else if (words.refused) {
        if (name !== key()) localStorage.removeItem(name); // the page shows what was typed, for the present version
      } else if (name === key()) {
        fill(draft.values);
        token.value = draft.token; // should it be on its way still, it counts once
        state.textContent = words.unsent;
      } else {
        older.hidden = false;
        document.getElementById("dung-ban-cu").onclick = () => {
          fill(draft.values);
          localStorage.removeItem(name);
          older.hidden = true;
          keep();
        };
        document.getElementById("bo-ban-cu").onclick = () => {
          localStorage.removeItem(name);
          older.hidden = true;
        };
      }
    }
    if (words.refused) keep();
  }

  // Sending -----------------------------------------------------------------------------------------------------------------

  async function send(button) {
    if (busy) return;
    busy = true;
    keep();
    state.textContent = words.sending;
    const sent = new FormData(form);
    if (button && button.name) sent.set(button.name, button.value);
    const withPhotos = [...sent.values()].some((value) => value instanceof File && value.size > 0);
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "application/json" } });
    } catch {
      waiting = button || true;
      busy = false;
      state.textContent = withPhotos ? words.photos : words.offline;
      return;
    }
    waiting = false;
    if (answer.redirected) {
      // Signed out meanwhile, or taken before. Where it is kept is decided on the page that follows.
      location.assign(answer.url);
    } else if (answer.ok) {
      const saved = await answer.json();
      localStorage.removeItem(key());
      version.value = saved.version;
      token.value = saved.token;
      if (saved.leave) location.assign(saved.leave);
      else state.textContent = `${words.saved} ${saved.at}`;
      busy = false;
    } else {
      // Refused: the page with its sentences beside the fields comes of sending it the plain way.
      if (button && button.name) {
        const chosen = document.createElement("input");
        chosen.type = "hidden";
        chosen.name = button.name;
        chosen.value = button.value;
        form.append(chosen);
      }
      form.submit();
    }
  }

  let later = 0;
  form.addEventListener("input", () => {
    total();
    clearTimeout(later);
    later = setTimeout(keep, 200);
  });
  form.addEventListener("change", keep);
  addEventListener("pagehide", () => {
    clearTimeout(later);
    if (state.textContent === words.unsent) keep();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(later);
    send(event.submitter);
  });
  addEventListener("online", () => {
    if (waiting) send(waiting === true ? null : waiting);
  });

  total();
  restore();
})();
