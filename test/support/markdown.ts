/** The targets of a page's links and pictures, except those on the web. */
export const linksIn = (text: string): string[] => targetsIn(text).filter((link) => !/^[a-z]+:/.test(link));

/** The targets of a page's links and pictures. */
export const targetsIn = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, link]) => link ?? []);

const withoutCode = (text: string): string =>
  text.replace(/^```.*?^```/gms, "").replace(/`[^`\n]+`/g, "code");
