import type { components } from "./generated/schema";

type Terms = components["schemas"]["Terms"];

/** The published text, below headings of this level; its last line is observed to detect that it was read. */
export function write(into: HTMLElement, terms: Terms, level: "h2" | "h3"): void {
  into.replaceChildren(
    ...terms.sections.flatMap((section) => {
      const heading = document.createElement(level);
      heading.textContent = section.heading;
      const paragraphs = section.paragraphs.map((text) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = text;
        return paragraph;
      });
      return [heading, ...paragraphs];
    }),
  );
}
