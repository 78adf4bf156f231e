// Runs inside of a page, where nothing of the page's own may run: what a person would find on it, as plain values.
(() => {
  const ownTexts = (element) =>
    [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== "");
  const elements = [...document.querySelectorAll("*")];
  const inBody = [...document.body.querySelectorAll("*")];

  const channelsOf = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminanceOf = (colour) => {
    const [red, green, blue] = channelsOf(colour).map((channel) => {
      const part = channel / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return channelsOf(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  const contrastOf = (element) => {
    const pair = [luminanceOf(getComputedStyle(element).color), luminanceOf(behind(element))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  const isHidden = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return !node.parentElement.checkVisibility({ opacityProperty: true }) || range.getBoundingClientRect().height === 0;
  };

  return {
    language: document.documentElement.lang,
    landmarks: [...document.body.children].map(({ localName }) => localName),
    headings: elements.filter(({ localName }) => /^h\d$/.test(localName)).map(({ localName }) => localName),
    unnamedMarks: [...document.querySelectorAll(".mark")].filter((mark) => !mark.ariaLabel).length,
    elements: [...new Set(elements.map(({ localName }) => localName))],
    attributes: [...new Set(inBody.flatMap((element) => element.getAttributeNames()))],
    overflows: document.documentElement.scrollWidth > window.innerWidth,
    faint: inBody
      .filter((element) => ownTexts(element).length > 0 && contrastOf(element) < 4.5)
      .map((element) => `${element.localName}.${element.className}: ${contrastOf(element).toFixed(2)}`),
    hidden: inBody
      .flatMap(ownTexts)
      .filter(isHidden)
      .map((node) => node.textContent.trim()),
  };
})();
