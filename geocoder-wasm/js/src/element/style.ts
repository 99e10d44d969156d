// Styles of the element; pages change them by custom properties and parts.

/** Rules for the shadow tree; colours follow the `color-scheme` of the page. */
export const STYLE = `
:host {
  --_accent: var(--geo-accent, light-dark(#0f6b5c, #62ceb5));
  --_background: var(--geo-background, light-dark(#fff, #171f23));
  --_text: var(--geo-text, light-dark(#17201d, #e6ecea));
  --_muted: var(--geo-muted, light-dark(#56625d, #a3afab));
  --_border: var(--geo-border, light-dark(#7d8a84, #6c7a80));
  --_active: var(--geo-active, light-dark(#e2f1ed, #1d3a35));
  --_mark: var(--geo-mark, light-dark(#0a5448, #8be0cc));
  --_danger: var(--geo-danger, light-dark(#a92c1c, #ff9a8a));
  --_radius: var(--geo-radius, 10px);
  --_shadow: var(--geo-shadow, 0 6px 24px rgb(0 0 0 / 22%));
  display: block;
  position: relative;
  min-block-size: 2.75rem;
  color: var(--_text);
  font: var(--geo-font, inherit);
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.root { inline-size: 100%; padding: 0; margin: 0; border: 0; color: inherit; background: none; }
.field { display: flex; align-items: center; position: relative; }
input {
  flex: 1;
  min-inline-size: 0;
  block-size: 2.75rem;
  padding-inline: .85rem 2.9rem;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  color: inherit;
  background: var(--_background);
  font: inherit;
  text-overflow: ellipsis;
}
input::placeholder { color: var(--_muted); opacity: 1; }
input:focus-visible { outline: 2px solid var(--_accent); outline-offset: 1px; }
input:disabled { opacity: .55; }
input[aria-invalid="true"] { border-color: var(--_danger); }
button {
  display: grid;
  place-items: center;
  inline-size: 2.5rem;
  block-size: 2.5rem;
  padding: 0;
  border: 0;
  border-radius: 50%;
  color: var(--_muted);
  background: none;
  cursor: pointer;
}
button:focus-visible { outline: 2px solid var(--_accent); outline-offset: -2px; }
.clear { position: absolute; inset-inline-end: .15rem; }
.back { display: none; }
svg { inline-size: 1.25rem; fill: none; stroke: currentcolor; stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.back svg:dir(rtl) { transform: scaleX(-1); }
.popup {
  position: absolute;
  z-index: var(--geo-z-index, 10);
  inset-inline: 0;
  inset-block-start: calc(100% + 4px);
  max-block-size: min(26rem, 60vh);
  overflow-y: auto;
  padding: 4px;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  background: var(--_background);
  box-shadow: var(--_shadow);
  scrollbar-width: thin;
}
ul { margin: 0; padding: 0; list-style: none; }
li {
  display: flex;
  align-items: center;
  gap: .7rem;
  min-block-size: 3rem;
  padding: .35rem .6rem;
  border-radius: calc(var(--_radius) - 3px);
  cursor: pointer;
}
li:hover { background: color-mix(in srgb, var(--_active) 55%, transparent); }
li[aria-selected="true"] { background: var(--_active); }
.icon { display: flex; color: var(--_muted); }
li[aria-selected="true"] .icon { color: var(--_accent); }
.text { min-inline-size: 0; }
.name, .place { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.place { color: var(--_muted); font-size: .875em; }
mark { color: var(--_mark); background: none; font-weight: 700; }
.notice { padding: .75rem .7rem; color: var(--_muted); }
.notice.failed { color: var(--_danger); }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.root[popover] {
  display: flex;
  flex-direction: column;
  position: fixed;
  inset: 0;
  z-index: 2147483647;
  block-size: 100dvh;
  max-block-size: none;
  max-inline-size: none;
  padding: .5rem;
  background: var(--_background);
  color: var(--_text);
  overflow: hidden;
}
.root[popover] .back { display: grid; }
.root[popover] .popup { position: static; flex: 1; max-block-size: none; margin-block-start: .5rem; border: 0; box-shadow: none; }
@media (prefers-reduced-motion: no-preference) {
  .popup { animation: appear .12s ease-out; }
  @keyframes appear { from { opacity: 0; transform: translateY(-4px); } }
}
@media (forced-colors: active) {
  li[aria-selected="true"] { outline: 2px solid Highlight; outline-offset: -2px; }
}
`;
