"""The list of films in docs/gallery.md is that of the scenes; running this file writes it."""

from pathlib import Path

from render.pipeline.catalog import all_scenes, by_chapter, heading_of
from render.pipeline.moments import sentence
from render.text import filled

GALLERY = Path(__file__).parent.parent / "docs" / "gallery.md"
HEAD = """# Gallery

![The posters of all films, chapter by chapter](images/posters.png)

`make videos`, then `render gallery`, makes a page on which they play.
"""


def listing():
    parts = [HEAD]
    for chapter, scenes in by_chapter(all_scenes().values()).items():
        parts.append(f"## {heading_of(chapter)}\n")
        rows = []
        for scene in scenes:
            defaults = {parameter.name: parameter.default for parameter in scene.parameters}
            statement = sentence(filled(scene.statement, defaults)).replace("|", "\\|").replace("_", "\\_")
            rows.append(f"| `{scene.name}` | {statement} |")
        parts.append("\n".join(["| film | what it shows |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def test_the_gallery_lists_all_films():
    assert GALLERY.read_text(encoding="utf-8") == listing()


if __name__ == "__main__":
    GALLERY.write_text(listing(), encoding="utf-8")
