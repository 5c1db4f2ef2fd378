/* A button that copies the text of an element named in data-copy. Hidden without scripts, where the text can be marked. */
"use strict";

(function () {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const words = button.textContent;
    button.hidden = false;
    button.addEventListener("click", () => {
      const source = document.getElementById(button.dataset.copy);
      navigator.clipboard.writeText(source.textContent.trim()).then(() => {
        button.textContent = button.dataset.done;
        window.setTimeout(() => (button.textContent = words), 2000);
      });
    });
  }
})();
