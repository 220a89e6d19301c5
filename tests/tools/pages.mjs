// Read a page in one of the languages below from a file, and write what comes of it.
import { readFileSync } from 'node:fs';

const makers = {
  async docusaurus(text) {
    const { evaluate } = await import('@mdx-js/mdx');
    const runtime = await import('react/jsx-runtime');
    const { createElement } = await import('react');
    const { renderToStaticMarkup } = await import('react-dom/server');
    // Webpack's, which finds files beside the page.
    globalThis.require = (name) => ({ default: name });
    const { default: Page } = await evaluate(text, { ...runtime });
    return renderToStaticMarkup(createElement(Page));
  },
  async marp(text) {
    const { Marp } = await import('@marp-team/marp-core');
    return new Marp({ script: false }).render(text).html;
  },
  async myst(text) {
    const { mystParse } = await import('myst-parser');
    return JSON.stringify(mystParse(text));
  },
};

process.stdout.write(await makers[process.argv[2]](readFileSync(process.argv[3], 'utf8')));
