// Plays a film in a page: its marks on a canvas, its sentences as text, controls below the picture.
(() => {
  const host = document.currentScript.parentElement;
  const page = host.eigenreel;
  const words = page.words;
  const alone = host.hasAttribute("data-alone");
  const narrow = 480;

  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(page.css);
  root.adoptedStyleSheets = [sheet];

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
    shape.setAttribute("d", path);
    svg.append(shape);
    return svg;
  }
  function button(label, path, act) {
    const element = make("button", { type: "button", "aria-label": label, title: label }, icon(path));
    element.addEventListener("click", act);
    return element;
  }
  const ICONS = {
    play: "M6 4l14 8-14 8z", pause: "M5 4h5v16H5zM14 4h5v16h-5z",
    back: "M15 4l2 2-6 6 6 6-2 2-8-8z", on: "M9 4L7 6l6 6-6 6 2 2 8-8z",
    before: "M4 4h3v16H4zM20 4v16L8 12z", after: "M17 4h3v16h-3zM4 4v16l12-8z",
  };

  let film = page.films[page.first];
  let at = film.poster, playing = false, begun = false, cell = null;
  // The step that was looked at, on the way over films that end before it.
  let sought = null;
  // Whether a key is held down; whether the page is being printed.
  let held = false, printing = false;

  const title = make("p", { class: "title" });
  const counter = make("p", { class: "counter" });
  const canvas = make("canvas", { role: "img", tabindex: "0" });
  const said = make("p", { class: "said" });
  const terms = make("p", { class: "terms" });
  const hint = make("output", { class: "hint", "aria-live": "polite" });
  hint.style.display = "block";
  const live = make("p", { "aria-live": "polite" });
  Object.assign(live.style, { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)", margin: 0 });
  const slider = make("input", { type: "range", min: 0, step: 1, "aria-label": words.step });
  const ticks = make("div", { class: "ticks", "aria-hidden": "true" });
  const play = button(words.play, ICONS.play, () => playing ? pause() : start());
  play.className = "play";
  const back = button(words.back, ICONS.back, () => turn(-1));
  const on = button(words.on, ICONS.on, () => turn(1));
  const before = button(words.before, ICONS.before, () => jump(-1));
  const after = button(words.after, ICONS.after, () => jump(1));
  const speed = make("select", { "aria-label": words.speed, title: words.speed });
  for (const rate of [0.25, 0.5, 1, 2]) {
    speed.append(Object.assign(make("option", { value: rate }, `${rate} ×`), { selected: rate === 1 }));
  }
  const box = make("div", { class: "film", role: "group" });
  box.append(make("div", { class: "head" }, title, counter));
  const warning = make("p", { class: "warning" });
  const idle = make("p", { class: "terms" });
  const row = make("div", { class: "row" }, before, back, play, on, after, speed);
  const value = make("label", { for: "value" });
  const range = make("input", { type: "range", id: "value", min: 0, max: page.films.length - 1, step: 1, "aria-label": page.name });
  function choose(number) {
    film = page.films[number];
    range.value = number;
    range.setAttribute("aria-valuetext", film.value);
    value.textContent = `${page.name} = ${film.value}`;
  }
  if (page.films.length > 1) {
    choose(page.first);
    range.addEventListener("input", () => {
      const now = sought ?? step();
      choose(Number(range.value));
      open(find(now));
      sought = now;
    });
    range.addEventListener("change", () => tell());
    row.append(make("div", { class: "choice" }, value, range));
  }
  box.append(warning, canvas, said, terms, make("div", { class: "bar" }, slider, ticks), row, idle, hint, live);
  root.append(box);

  // What stands in tables is unpacked once.
  for (const single of page.films) unpack(single.marks);
  // The first, the way to the second, then how much each way is longer: summed up twice.
  function unroll(ways, width) {
    const found = ways.slice();
    for (let i = 2 * width; i < found.length; i++) found[i] += found[i - width];
    for (let i = width; i < found.length; i++) found[i] += found[i - width];
    return found;
  }
  function unpack(marks) {
    marks.cells = marks.cells.map(text => Uint8Array.from(atob(text), c => c.charCodeAt(0)));
    marks.curves = marks.curves.map(ways => unroll(ways, 2));
    for (const maps of Object.values(marks.colormaps)) {
      maps.forEach((ways, index) => {
        const found = unroll(ways, 3);
        maps[index] = found.filter((_, i) => i % 3 === 0).map((_, i) => `rgb(${found.slice(3 * i, 3 * i + 3)})`);
      });
    }
    marks.colors = marks.colors.map(pair => pair.map(code => "#" + code));
  }

  // Red, green, blue and opacity of a colour. Only what is not written in these is painted and looked at: some browsers
  // let no page do that.
  const brush = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  function channels(color) {
    const plain = color.match(/^rgba?\(([^)]*)\)/);
    if (plain) {
      const [red, green, blue, opacity = 1] = plain[1].split(/[\s,/]+/).map(Number);
      return [red, green, blue, 255 * opacity];
    }
    if (!known.has(color)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = color;
      brush.fillRect(0, 0, 1, 1);
      known.set(color, brush.getImageData(0, 0, 1, 1).data);
    }
    return known.get(color);
  }
  const brightness = ([red, green, blue]) => 0.3 * red + 0.59 * green + 0.11 * blue;
  // What a page is in: the element of its film, or its frame where that is of the same site.
  function surrounding() {
    if (!alone) return host;
    try { return parent !== window && frameElement || null; } catch { return null; }
  }
  function isDark() {
    const own = host.getAttribute("data-theme");
    if (own) return own === "dark";
    if (printing) return false;
    const outer = surrounding(), view = (outer || host).ownerDocument.defaultView, layers = [];
    const scheme = view.getComputedStyle(outer || host).colorScheme;
    const dark = scheme.includes("dark") && (!scheme.includes("light") || view.matchMedia("(prefers-color-scheme: dark)").matches);
    for (let node = outer; node; node = node.parentElement) {
      const style = view.getComputedStyle(node);
      // Of a picture nobody knows how bright it is, but what is written on it can be read.
      if (style.backgroundImage !== "none") return brightness(channels(style.color)) > 128;
      layers.push(channels(style.backgroundColor));
      if (layers[layers.length - 1][3] === 255) break;
    }
    return layers.reduceRight((below, layer) => below + (brightness(layer) - below) * layer[3] / 255, dark ? 0 : 255) < 128;
  }
  // Which of the two themes is drawn.
  let drawn = null;
  function follow() { if (!document.hidden && theme() !== drawn) draw(); }
  const theme = () => film.marks.colors[0].length > 1 && isDark() ? 1 : 0;
  const layoutOf = () => film.marks.layouts[host.clientWidth < narrow && film.marks.layouts.phone ? "phone" : Object.keys(film.marks.layouts)[0]];

  const step = () => film.pictures[at][0];
  // The first picture that shows a step itself, else the last before it.
  function find(wanted) {
    let found = 0;
    film.pictures.forEach(([number, part, , spelled], index) => {
      if (!part && !spelled && number <= wanted && (number > film.pictures[found][0] || film.pictures[found][1] || film.pictures[found][3] || index === 0)) found = index;
    });
    return found;
  }

  function draw() {
    const marks = film.marks, layout = layoutOf(), shade = theme();
    drawn = shade;
    const [left, top, width, height] = layout.box;
    const wide = Math.max(1, Math.round(host.clientWidth * devicePixelRatio)), scale = wide / width;
    canvas.width = wide;
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    const color = number => marks.colors[number][shade];
    pen.fillStyle = color(0);
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
    pen.lineCap = pen.lineJoin = "round";
    // Rectangles end on whole pixels of the device: flat cells touch and stay flat, and thin frames do not vanish.
    function fill(x, y, w, h, low = Math.floor, high = Math.ceil) {
      const x0 = low((x - left) * scale), y0 = low((y - top) * scale);
      pen.save();
      pen.resetTransform();
      pen.fillRect(x0, y0, high((x + w - left) * scale) - x0, high((y + h - top) * scale) - y0);
      pen.restore();
    }
    function disc(x, y, radius) {
      pen.beginPath();
      pen.arc(x, y, Math.max(radius, 0), 0, 2 * Math.PI);
    }
    function points(table, number, move) {
      const [sx, ox, sy, oy] = marks.moves[move];
      return table[number].map((value, index) => index % 2 ? sy * value + oy : sx * value + ox);
    }
    function trace(places, count = places.length) {
      pen.beginPath();
      for (let i = 0; i < count; i += 2) pen.lineTo(places[i], places[i + 1]);
    }
    const verbs = {
      fill([shadeOf], own) {
        pen.fillStyle = color(shadeOf);
        for (let i = 0; i < own.length; i += 4) fill(...own.slice(i, i + 4));
      },
      cells([x, y, w, h, columns, name], [number]) {
        const table = marks.colormaps[name][shade];
        marks.cells[number].forEach((index, i) => {
          pen.fillStyle = table[index];
          fill(x + (i % columns) * w, y + Math.floor(i / columns) * h, w, h, Math.round, Math.round);
        });
      },
      text([x, y, anchor, size, weight, shadeOf], [text, room]) {
        pen.fillStyle = color(shadeOf);
        pen.textAlign = anchor;
        pen.font = `${{ regular: 400, medium: 500, semibold: 600, bold: 700 }[weight]} ${size}px Inter, system-ui, sans-serif`;
        pen.fillText(text, x, y, room);
      },
      lines([number], [until]) {
        for (const [shadeOf, width, pieces] of layout.lines[number]) {
          pen.strokeStyle = color(shadeOf);
          pen.lineWidth = width;
          for (const [move, curve, order] of pieces) {
            const count = order.filter(reached => reached <= until).length;
            if (count > 1) { trace(points(marks.curves, curve, move), 2 * count); pen.stroke(); }
          }
        }
      },
      line([shadeOf, width, move], [number]) {
        pen.strokeStyle = color(shadeOf);
        pen.lineWidth = width;
        trace(points(marks.curves, number, move));
        pen.stroke();
      },
      polygon([shadeOf, move], [number]) {
        pen.fillStyle = color(shadeOf);
        trace(points(marks.curves, number, move));
        pen.fill();
      },
      arrows([x, y, shadeOf, width, head, move], [number]) {
        pen.strokeStyle = pen.fillStyle = color(shadeOf);
        pen.lineWidth = width;
        const tips = points(marks.points, number, move);
        for (let i = 0; i < tips.length; i += 2) {
          const length = Math.hypot(tips[i] - x, tips[i + 1] - y), ax = (tips[i] - x) / length, ay = (tips[i + 1] - y) / length;
          trace([x, y, tips[i] - head * ax, tips[i + 1] - head * ay]);
          pen.stroke();
          const fx = tips[i] - 1.1 * head * ax, fy = tips[i + 1] - 1.1 * head * ay, across = 0.55 * head;
          trace([tips[i], tips[i + 1], fx - across * ay, fy + across * ax, fx + across * ay, fy - across * ax]);
          pen.fill();
        }
      },
      dots([radius, inner, edge, move], [number]) {
        const places = points(marks.points, number, move);
        for (let i = 0; i < places.length; i += 2) {
          for (const [shadeOf, size] of [[edge, radius + 1], [inner, radius - 1]]) {
            disc(places[i], places[i + 1], size);
            pen.fillStyle = color(shadeOf);
            pen.fill();
          }
        }
      },
      circle([shadeOf, width], [x, y, radius]) {
        disc(x, y, radius);
        pen.strokeStyle = color(shadeOf);
        pen.lineWidth = width;
        pen.stroke();
      },
      disc([shadeOf], [x, y, radius]) {
        disc(x, y, radius);
        pen.fillStyle = color(shadeOf);
        pen.fill();
      },
    };
    const shown = [...layout.standing, ...layout.pictures[at].map(mark => typeof mark === "number" ? layout.repeated[mark] : mark)];
    for (const [number, ...own] of shown) {
      const [verb, ...kind] = layout.kinds[number];
      verbs[verb](kind, own);
    }
    // Cells of panels; those that explain colours have no numbers.
    grids = shown.map(([number, ...own]) => [layout.kinds[number], own]).filter(([kind]) => kind[0] === "cells").map(([kind, own]) => ({
      x: kind[1], y: kind[2], width: kind[3], height: kind[4], columns: kind[5], indices: marks.cells[own[0]],
      panel: layout.panels.find(panel => panel.x === kind[1] && panel.y === kind[2]),
    })).filter(grid => grid.panel);
    if (cell) outline(pen);
    if (alone) document.documentElement.style.background = color(0);
    for (const [name, number] of Object.entries(marks.inks)) box.style.setProperty("--" + name, color(number));
  }
  let grids = [];

  // A cell's value, as far as its colour tells it.
  function outline(pen) {
    const grid = grids[cell.grid];
    if (!grid) { cell = null; hint.textContent = ""; return; }
    pen.strokeStyle = film.marks.colors[film.marks.inks.ink][theme()];
    pen.lineWidth = 3;
    pen.strokeRect(grid.x + cell.column * grid.width, grid.y + cell.row * grid.height, grid.width, grid.height);
    const index = grid.indices[cell.row * grid.columns + cell.column];
    const place = words.cell.replace("{row}", cell.row + 1).replace("{column}", cell.column + 1);
    const [low, high] = grid.panel.limits, level = (high - low) / 256;
    const sign = index === 0 ? "≤ " : index === 255 ? "≥ " : "≈ ";
    const value = index === 0 ? low + level : index === 255 ? high - level : low + (index + 0.5) * level;
    const digits = Math.max(0, Math.min(12, Math.ceil(-Math.log10(level))));
    const written = number => level < 1e-6 || high > 1e6 ? number.toExponential(2) : number.toFixed(digits);
    const near = sign === "≈ " ? ` ± ${written(level / 2)}` : "";
    hint.textContent = `${place}: ${sign}${written(value)}${near}`.replace(/-/g, "−");
  }
  function over(event) {
    const layout = layoutOf(), frame = canvas.getBoundingClientRect();
    const x = layout.box[0] + (event.clientX - frame.left) / frame.width * layout.box[2];
    const y = layout.box[1] + (event.clientY - frame.top) / frame.height * layout.box[3];
    const found = grids.findIndex(grid => x >= grid.x && x < grid.x + grid.width * grid.columns && y >= grid.y && y < grid.y + grid.height * grid.indices.length / grid.columns);
    const grid = grids[found];
    const next = grid ? { grid: found, row: Math.floor((y - grid.y) / grid.height), column: Math.floor((x - grid.x) / grid.width) } : null;
    if (JSON.stringify(next) !== JSON.stringify(cell)) { cell = next; if (!cell) hint.textContent = ""; draw(); }
  }
  canvas.addEventListener("pointermove", over);
  canvas.addEventListener("pointerdown", over);
  function leave() {
    if (!cell) return;
    cell = null;
    hint.textContent = "";
    draw();
  }
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("blur", leave);
  canvas.addEventListener("keydown", event => {
    if (event.key === "Escape") leave();
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (!grids.length || !(event.key in moves)) return;
    event.preventDefault();
    event.stopPropagation();
    cell = cell || { grid: 0, row: 0, column: 0 };
    const grid = grids[cell.grid], rows = grid.indices.length / grid.columns;
    cell.row = Math.max(0, Math.min(rows - 1, cell.row + moves[event.key][0]));
    cell.column = Math.max(0, Math.min(grid.columns - 1, cell.column + moves[event.key][1]));
    draw();
  });

  function fillText(element, parts) {
    element.replaceChildren(...parts.map(([text, role]) => {
      if (!role) return text;
      const span = make("span", {}, text);
      span.style.color = `var(--${role})`;
      return span;
    }));
  }
  function write() {
    const [number, , , , index, word, value] = film.pictures[at];
    const [parts, past, explained] = film.said[index];
    title.textContent = film.title;
    counter.replaceChildren(make("span", {}, word), ` ${value}`);
    fillText(said, parts);
    said.classList.toggle("past", past);
    terms.textContent = explained;
    slider.max = film.steps;
    slider.value = number;
    slider.setAttribute("aria-valuetext", `${word} ${value}`);
    canvas.setAttribute("aria-label", `${film.title}, ${word} ${value}`);
    box.setAttribute("aria-label", film.title);
    back.disabled = number === 0;
    on.disabled = number === film.steps;
    before.disabled = !film.moments.some(moment => moment < number);
    after.disabled = !film.moments.some(moment => moment > number);
    warning.hidden = !film.warning;
    warning.textContent = film.warning;
    idle.hidden = !film.still;
    idle.textContent = film.still;
    ticks.replaceChildren(...film.moments.map(moment => {
      const tick = make("i");
      tick.style.left = `${100 * moment / Math.max(film.steps, 1)}%`;
      return tick;
    }));
  }
  function open(index) { at = index; sought = null; draw(); write(); }
  let told = "";
  function tell() {
    const [, , , , , word, value] = film.pictures[at];
    // A slider says its own number; a sentence is said when it is another one.
    const counted = [slider, range].includes(root.activeElement) ? "" : `${word} ${value}. `;
    live.textContent = counted + (said.textContent === told ? "" : said.textContent);
    told = said.textContent;
    if (!alone) return;
    const wanted = `#t=${step()}` + (page.films.length > 1 ? `&${encodeURIComponent(page.parameter)}=${film.value}` : "");
    // What a notebook shows has no address. In a frame Back belongs to the page around it.
    if (location.protocol === "about:" || location.hash === wanted) return;
    history[held || parent !== window ? "replaceState" : "pushState"](null, "", wanted);
  }
  function seek(wanted) {
    pause(false);
    begun = true;
    open(find(Math.max(0, Math.min(film.steps, wanted))));
    tell();
  }
  // To the nearest step that the page has: it may lack some of very many.
  function turn(way) {
    const others = film.pictures.filter(([number, part, , spelled]) => !part && !spelled && way * (number - step()) > 0);
    if (others.length) seek(way > 0 ? others[0][0] : others[others.length - 1][0]);
  }
  function jump(way) {
    const others = film.moments.filter(moment => way * (moment - step()) > 0);
    if (others.length) seek(way > 0 ? Math.min(...others) : Math.max(...others));
  }

  let due = 0;
  function start() {
    if (!begun || at === film.pictures.length - 1) open(0);
    begun = playing = true;
    show();
    due = 0;
    requestAnimationFrame(tick);
  }
  function pause(say = true) {
    const was = playing;
    playing = false;
    show();
    if (was && say) tell();
  }
  function show() {
    const label = playing ? words.pause : words.play;
    play.setAttribute("aria-label", label);
    play.title = label;
    play.replaceChildren(icon(playing ? ICONS.pause : ICONS.play));
  }
  function tick(now) {
    if (!playing) return;
    due = due || now + lasting();
    let moved = false;
    while (now >= due && at < film.pictures.length - 1) { at++; due += lasting(); moved = true; }
    if (moved) open(at);
    if (now >= due) pause(); else requestAnimationFrame(tick);
  }
  const lasting = () => 1000 * film.pictures[at][2] / film.fps / Number(speed.value);

  slider.addEventListener("input", () => { pause(false); begun = true; open(find(Number(slider.value))); });
  slider.addEventListener("change", () => tell());
  (alone ? document : box).addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const from = event.composedPath()[0];
    const acts = {
      " ": () => play.click(), k: () => play.click(), ArrowLeft: () => turn(-1), ArrowRight: () => turn(1),
      Home: () => seek(0), End: () => seek(film.steps), PageUp: () => jump(-1), PageDown: () => jump(1),
    };
    if (!(event.key in acts) || /^(select|input|button)$/i.test(from.tagName) && (event.key !== "k" && !event.key.startsWith("Page") && !(from.tagName === "BUTTON" && event.key !== " "))) return;
    event.preventDefault();
    acts[event.key]();
  });
  // As it is written in the page, or another way to write the same number.
  function isSame(value, text) {
    const plain = String(text ?? "").replace(/−/g, "-");
    return value === text || plain.trim() !== "" && Number(plain) === Number(String(value).replace(/−/g, "-").replace(/,/g, ""));
  }
  function arrive() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const chosen = page.films.findIndex(single => isSame(single.value, asked.get(page.parameter)));
    const value = alone && chosen >= 0 ? chosen : page.first;
    choose(value);
    if (!alone || !/^\d+$/.test(asked.get("t") || "")) return false;
    pause(false);
    begun = true;
    open(find(Math.min(film.steps, Number(asked.get("t")))));
    return true;
  }
  function restore() { if (!arrive()) { begun = false; open(first()); } }
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const first = () => still.matches ? film.pictures.length - 1 : film.poster;
  // The address of a page that holds several things is not of this one.
  if (alone) addEventListener("popstate", restore);
  restore();

  (alone ? document : box).addEventListener("keydown", event => { held = event.repeat; }, true);
  (alone ? document : box).addEventListener("keyup", () => { held = false; }, true);
  addEventListener("blur", () => { held = false; });
  new ResizeObserver(() => draw()).observe(host);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
  addEventListener("beforeprint", () => { printing = true; draw(); });
  addEventListener("afterprint", () => { printing = false; draw(); });
  // A page may become dark at once by an attribute of an element around the film, and in other ways that nobody is told of.
  for (let node = host; node; node = node.parentElement || (alone && node.ownerDocument === document ? surrounding() : null)) {
    new MutationObserver(follow).observe(node, { attributes: true });
  }
  setInterval(follow, 500);
  if (alone && parent !== window) {
    // An iframe is as high as its page, where the page around it allows or listens.
    new ResizeObserver(() => {
      const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
      parent.postMessage({ eigenreel: { height } }, "*");
      try { if (frameElement) frameElement.style.height = `${height}px`; } catch { /* It is of another site. */ }
    }).observe(document.body);
  }
})();
