// The style sheet, made once per tab and adopted by every component's shadow root: it never travels with a tick.

const TEXT = "@style.css@";
let made;

export function sheet() {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(TEXT);
  }
  return made;
}
