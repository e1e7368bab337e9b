// The original injects a <style> element, which `style-src 'self'` refuses; a constructed
// style sheet does the same and is allowed.
import { useEffect } from 'react';

export const styleSingleton = () => function Sheet({ styles, dynamic }) {
  useEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets.push(sheet);
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }, [styles && dynamic]);
  return null;
};
