(() => {
  const root = document.documentElement;
  const lost = document.createElement("p");
  lost.className = "mistake";
  lost.setAttribute("role", "alert");
  const same = (one, other, selector) =>
    one.querySelector(selector).textContent === other.querySelector(selector).textContent;
  const fields = () => [...document.querySelectorAll("form select, form input")];
  async function update(version) {
    if (version === root.dataset.version) return;
    const answer = await fetch(location.pathname, { cache: "no-store" });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    // Style and script are allowed by their hashes in the policy of this page, so others need a new one.
    if (!same(document, next, "style") || !same(document, next, "script")) return location.reload();
    const chosen = fields().map((field) => [field.getAttribute("aria-label"), field.value]);
    const opened = [...document.querySelectorAll("article[id]:has(details[open])")].map((card) => card.id);
    const focused = document.activeElement.getAttribute("aria-label");
    const scrolled = scrollY;
    document.title = next.title;
    document.body.replaceChildren(...next.body.children);
    root.dataset.version = next.documentElement.dataset.version;
    filters();
    for (const [name, value] of chosen) {
      const field = fields().find((one) => one.getAttribute("aria-label") === name);
      if (!field) continue;
      field.value = value;
      if (field.selectedIndex === -1) field.value = "";
      field.dispatchEvent(new Event("input"));
      if (name === focused) field.focus();
    }
    for (const id of opened) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    if (typeof wall === "function") wall();
    scrollTo({ top: scrolled, behavior: "instant" });
  }
  const events = new EventSource("events");
  events.onmessage = (event) => update(event.data).catch(() => {});
  events.onopen = () => lost.remove();
  events.onerror = () => {
    if (lost.isConnected) return;
    lost.textContent = `No connection to kpi since ${new Date().toLocaleTimeString()}`;
    document.body.prepend(lost);
  };
})();
