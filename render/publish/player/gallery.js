// Films play while they are seen, a search leaves out the others, and what embeds a film can be copied.
(() => {
  const films = [...document.querySelectorAll("article")];
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const playing = document.getElementById("playing");
  const seen = new Set();

  function dress(video) {
    if (!video.dataset.dark) return;
    video.dataset.light = video.dataset.light || video.getAttribute("src");
    video.dataset.lightPoster = video.dataset.lightPoster || video.poster;
    video.src = dark.matches ? video.dataset.dark : video.dataset.light;
    video.poster = dark.matches ? video.dataset.darkPoster || video.poster : video.dataset.lightPoster;
  }
  function run(video) {
    const wanted = playing.checked && seen.has(video) && !("waits" in video.dataset) && !document.hidden;
    if (wanted && video.paused) video.play().catch(() => {});
    if (!wanted && !video.paused && (!seen.has(video) || !playing.checked)) video.pause();
  }
  const videos = [...document.querySelectorAll("video")];
  // Without this attribute's property, some browsers take a film for one with sound.
  videos.forEach(video => { video.muted = true; dress(video); });
  dark.addEventListener("change", () => videos.forEach(video => { dress(video); run(video); }));
  // Where all films are pages there is nothing to switch.
  if (playing && still.matches) playing.checked = false;
  playing?.addEventListener("change", () => videos.forEach(run));
  document.addEventListener("visibilitychange", () => videos.forEach(run));
  const watcher = new IntersectionObserver(entries => entries.forEach(entry => {
    entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
    run(entry.target);
  }), { threshold: 0.6 });
  videos.forEach(video => watcher.observe(video));

  const search = document.getElementById("search");
  const texts = new Map(films.map(film => [film, `${film.dataset.scene} ${film.textContent}`.toLowerCase()]));
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    films.forEach(film => { film.hidden = !words.every(word => texts.get(film).includes(word)); });
    document.querySelectorAll("section").forEach(section => { section.hidden = !section.querySelector("article:not([hidden])"); });
    document.getElementById("none").hidden = films.some(film => !film.hidden);
  });

  document.querySelectorAll(".copy").forEach(button => button.addEventListener("click", async () => {
    const code = button.nextElementSibling;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent += " ✓";
      setTimeout(() => { button.textContent = button.textContent.replace(" ✓", ""); }, 1500);
    } catch {
      getSelection().selectAllChildren(code);
    }
  }));
})();
