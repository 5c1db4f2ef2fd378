// Comfort for a review meeting: quorum and results while one ticks and chooses, and the agenda put in order by dragging.
// The server counts again when the page is sent; without scripts the numbers stand there after saving.
"use strict";

for (const group of document.querySelectorAll("fieldset[data-quorum]")) {
  const told = group.querySelector(".quorum");
  const tell = () => {
    const here = group.querySelectorAll("input:checked").length;
    const sentence = here >= Number(group.dataset.quorum) ? told.dataset.enough : told.dataset.short;
    told.textContent = sentence.replace("{here}", here);
  };
  group.addEventListener("change", tell);
  tell();
}

for (const table of document.querySelectorAll("table.votes")) {
  const judge = (row) => {
    const count = { for: Number(row.dataset.for), against: Number(row.dataset.against), abstain: Number(row.dataset.abstain) };
    const rest = row.querySelector("select[data-rest]");
    for (const vote of row.querySelectorAll("select[data-vote]")) {
      let choice = vote.value;
      if (!choice && rest && rest.value && vote.dataset.vote !== "written") {
        choice = vote.dataset.vote === "abstain" ? "abstain" : rest.value;
      }
      if (choice) count[choice] += 1;
    }
    for (const ballots of row.querySelectorAll("input[data-choice]")) {
      const typed = ballots.value.trim() === "" ? 0 : Number(ballots.value);
      if (Number.isInteger(typed)) count[ballots.dataset.choice] += typed - Number(ballots.dataset.kept);
    }
    const carried = table.dataset.quorum === "yes" && count.for >= Number(table.dataset.needed);
    row.querySelector(".live").textContent = `${count.for}–${count.against}–${count.abstain}`;
    row.querySelector(".judged").textContent =
      `${carried ? table.dataset.carried : table.dataset.short} (${count.for}/${table.dataset.needed})`;
  };
  table.addEventListener("input", (event) => {
    const row = event.target.closest("tr");
    if (row) judge(row);
  });
}

for (const table of document.querySelectorAll("table.agenda")) {
  const body = table.tBodies[0];
  let dragged = null;
  const number = () => {
    let place = 0;
    for (const row of body.rows) {
      const order = row.querySelector("input.order");
      order.value = row.querySelector("input[type=checkbox]").checked ? String((place += 1)) : "";
    }
  };
  for (const row of body.rows) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
    });
    row.addEventListener("dragover", (event) => {
      if (!dragged || dragged === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      row[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
    });
    row.addEventListener("drop", (event) => event.preventDefault());
    row.addEventListener("dragend", () => {
      dragged = null;
      number();
    });
  }
}
