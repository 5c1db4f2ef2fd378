/* While a name is typed: the field it suggests and the names like it. Comfort only; saving the step says the same. */
"use strict";

(function () {
  const place = document.getElementById("gan-giong");
  const name = document.getElementById("name");
  if (!place || !name || !window.fetch) return;
  place.setAttribute("aria-live", "polite");
  let waiting = 0;
  let asked = 0;

  function ask() {
    const mine = ++asked;
    const text = name.value.trim();
    if (text.length < 6) {
      place.replaceChildren();
      return;
    }
    const address = new URL(place.dataset.from, window.location.href);
    address.searchParams.set("ten", text.slice(0, 300));
    fetch(address, { credentials: "same-origin" })
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : ""))
      .then((html) => {
        // An answer that was overtaken by a later question is of no use.
        if (mine === asked) place.innerHTML = html;
      })
      .catch(() => place.replaceChildren());
  }

  name.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(ask, 400);
  });
})();
