const WALL = { seconds: 15, cards: 6, at: 0, paused: false, timer: 0 };
// The rows of the overview by screen: as many on each as are seen whole.
function fitting(rows, sections) {
  for (const one of sections) one.hidden = one !== sections[0];
  for (const row of rows) row.hidden = false;
  const space = document.querySelector(".scroll").clientHeight - document.querySelector(".all thead").offsetHeight;
  const screens = [[]];
  let used = 0;
  for (const row of rows) {
    used += row.offsetHeight;
    if (used > space && screens.at(-1).length) {
      screens.push([]);
      used = row.offsetHeight;
    }
    screens.at(-1).push(row);
  }
  return screens;
}
// Cycles through the overview and the goals; Space or the button pauses, the arrow keys move on and back.
function wall() {
  const order = ["red", "stale", "no-data", "yellow", "green", "no-target"];
  const chunks = (all, size) =>
    Array.from({ length: Math.ceil(all.length / size) }, (_, place) => all.slice(place * size, (place + 1) * size));
  const sections = [...document.querySelectorAll("main > section")];
  if (!sections.length || !document.querySelector("footer")) return;
  document.documentElement.classList.add("cycling");
  document.querySelectorAll("footer .cycle").forEach((one) => one.remove());
  const rank = (row) => order.indexOf(row.className);
  const rows = [...document.querySelectorAll(".all tbody tr")].sort((one, other) => rank(one) - rank(other));
  document.querySelector(".all tbody").append(...rows);
  const cards = [...document.querySelectorAll("article")];
  const slides = fitting(rows, sections).map((shown) => [sections[0], shown]);
  for (const section of sections.slice(1))
    for (const shown of chunks([...section.querySelectorAll("article")], WALL.cards)) slides.push([section, shown]);
  const place = document.createElement("p");
  const button = document.createElement("button");
  button.className = place.className = "cycle";
  button.type = "button";
  document.querySelector("footer").append(button, place);
  function show() {
    WALL.at = (WALL.at + slides.length) % slides.length;
    const [section, shown] = slides[WALL.at];
    for (const one of sections) one.hidden = one !== section;
    for (const one of [...cards, ...rows]) one.hidden = !shown.includes(one);
    const grid = section.querySelector(".grid");
    if (grid) grid.className = "grid " + (["", "one", "two", "three", "four"][shown.length] || "many");
    place.textContent = `${WALL.at + 1} of ${slides.length}`;
    button.textContent = WALL.paused ? "Continue" : "Pause";
    clearTimeout(WALL.timer);
    if (!WALL.paused) WALL.timer = setTimeout(() => move(1), WALL.seconds * 1000);
  }
  function move(by) {
    WALL.at += by;
    show();
  }
  function pause() {
    WALL.paused = !WALL.paused;
    show();
  }
  button.addEventListener("click", pause);
  document.onkeydown = (event) => {
    if (event.key === "ArrowRight") move(1);
    else if (event.key === "ArrowLeft") move(-1);
    else if (event.key === " " && event.target !== button) pause();
    else return;
    event.preventDefault();
  };
  show();
}
addEventListener("resize", wall);
wall();
