function filters() {
  const cards = [...document.querySelectorAll("article[data-status]")];
  const fields = ["status", "goal", "owner", "perspective", "tags"];
  if (!cards.length || document.documentElement.classList.contains("wall")) return;
  const rows = new Map(
    [...document.querySelectorAll(".all tbody tr")].map((row) => [row.querySelector("a").hash.slice(1), row]));
  for (const card of cards) card.dataset.goal = card.closest("section").querySelector("h2").textContent;
  const form = document.createElement("form");
  form.setAttribute("role", "search");
  const chosen = {};
  const control = (text, element) => {
    const label = document.createElement("label");
    label.append(text + " ", element);
    element.setAttribute("aria-label", text);
    form.append(label);
    element.addEventListener("input", apply);
    return element;
  };
  for (const field of fields) {
    const values = new Set(cards.flatMap((card) => (card.dataset[field] || "").split("\n").filter(Boolean)));
    if (values.size < 2) continue;
    const select = document.createElement("select");
    for (const value of ["", ...[...values].sort()]) select.append(new Option(value || "all", value));
    chosen[field] = control(field === "tags" ? "Tag" : field[0].toUpperCase() + field.slice(1), select);
  }
  const words = document.createElement("input");
  words.type = "search";
  control("Find", words);
  const order = document.createElement("select");
  for (const value of ["file", "status", "name"]) order.append(new Option(value, value));
  control("Sort by", order);
  const shown = document.createElement("output");
  form.append(shown);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("nav").after(form);
  const ranks = ["red", "stale", "no data", "yellow", "green", "no target"];
  const places = new Map(cards.map((card, place) => [card, place]));
  const title = (card) => card.querySelector("h3").textContent;
  function apply() {
    const text = words.value.trim().toLowerCase();
    let count = 0;
    for (const card of cards) {
      const fits = Object.entries(chosen).every(
        ([field, select]) => !select.value || (card.dataset[field] || "").split("\n").includes(select.value));
      card.hidden = !fits || !card.textContent.toLowerCase().includes(text);
      count += !card.hidden;
      if (rows.has(card.id)) rows.get(card.id).hidden = card.hidden;
    }
    const by = {
      file: (a, b) => places.get(a) - places.get(b),
      status: (a, b) => ranks.indexOf(a.dataset.status) - ranks.indexOf(b.dataset.status) || places.get(a) - places.get(b),
      name: (a, b) => title(a).localeCompare(title(b)),
    }[order.value];
    for (const section of document.querySelectorAll("section.kpis")) {
      const own = [...section.querySelectorAll("article")];
      section.hidden = own.every((card) => card.hidden);
      section.querySelector(".grid").append(...own.sort(by));
    }
    shown.textContent = count === cards.length ? "" : `${count} of ${cards.length} KPIs`;
  }
}
filters();
