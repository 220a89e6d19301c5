// Shows a scene while it is being written: asks what there is, and puts it into the page.
{
  const part = name => document.getElementById(name);
  const words = document.body.dataset;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let session = null, version = -1, shown = "";

  const element = {
    video(picture) {
      const video = document.createElement("video");
      Object.assign(video, { controls: true, loop: true, muted: true, playsInline: true, src: picture.url });
      video.autoplay = picture.safe && !still.matches;
      video.setAttribute("aria-label", picture.text);
      return video;
    },
    img(picture) {
      const image = document.createElement("img");
      Object.assign(image, { src: picture.url, alt: picture.text });
      return image;
    },
    iframe(picture) {
      const frame = document.createElement("iframe");
      Object.assign(frame, { src: picture.url, title: picture.text });
      return frame;
    },
  };

  const line = (row, index, rows) => {
    const text = document.createElement("span");
    const digits = String(rows[rows.length - 1].number).length;
    text.textContent = `${String(row.number).padStart(digits)}  ${row.text}`;
    text.className = row.here ? "here" : "";
    return text;
  };

  const remark = text => {
    const entry = document.createElement("li");
    entry.textContent = text;
    return entry;
  };

  const show = state => {
    part("status").textContent = words[state.state];
    part("part").hidden = state.state !== "rendering";
    part("part").value = state.part;
    part("error").hidden = !state.error;
    part("sentence").textContent = state.error ? state.error.sentence : "";
    const source = state.error ? state.error.source : [];
    part("source").replaceChildren(...source.map(line));
    part("source").hidden = !source.length;
    part("remarks").replaceChildren(...state.remarks.map(remark));
    const picture = state.picture;
    if (picture && picture.url !== shown) {
      shown = picture.url;
      part("film").replaceChildren(element[picture.element](picture));
    }
  };

  const look = async () => {
    try {
      const state = await (await fetch("/state", { cache: "no-store" })).json();
      if (session !== null && state.session !== session) {
        location.reload();
        return;
      }
      session = state.session;
      if (state.version !== version) {
        version = state.version;
        show(state);
      }
    } catch {
      // Nobody answers: the command has ended. One that begins at the same port goes on.
      part("status").textContent = words.ended;
      part("part").hidden = true;
      version = -1;
    }
    setTimeout(look, 300);
  };
  look();
}
