/* Signs that stand beside words, drawn on a 24-unit grid. They never stand alone: the
 * word carries the meaning, so each is hidden from assistive technology. */
import { html, svg } from 'lit';

const strokes = {
    alert: svg`<path d="M12 3.5 21.5 20h-19zM12 10v4.5M12 17.3v.1"/>`,
    archive: svg`<path d="M3.5 4.5h17v4h-17zM5 8.5V20h14V8.5M10 12.5h4"/>`,
    back: svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`,
    blank: svg`<path d="M6 3.5h12v17H6z" stroke-dasharray="2.6 2.6"/>`,
    book: svg`<path d="M5 4.5h11.5A2.5 2.5 0 0 1 19 7v13H7.5A2.5 2.5 0 0 1 5 17.5zM5 17.5A2.5 2.5 0 0 1 7.5 15H19"/>`,
    brand: svg`<path d="M4.5 3.5H17a2.5 2.5 0 0 1 2.5 2.5v14.5H7A2.5 2.5 0 0 1 4.5 18zM8.5 8h7M8.5 11.5h7"/><path d="M12.5 15.5h3.6v3h-3.6z" fill="currentcolor"/>`,
    check: svg`<path d="M4.5 12.5 10 18 19.5 6.5"/>`,
    clock: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2.2"/>`,
    cover: svg`<path d="M5.5 3.5h13v17h-13zM9 3.5v17"/>`,
    eye: svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>`,
    hand: svg`<path d="M3.5 9h14M14 5.5 17.5 9 14 12.5M20.5 16h-14M10 12.5 6.5 16l3.5 3.5"/>`,
    leaf: svg`<path d="M6 3.5h8.5L18.5 8v12.5H6zM14 3.5V8h4.5"/>`,
    link: svg`<path d="M10 13.5a4 4 0 0 0 6 .4l2.5-2.5a4 4 0 0 0-5.7-5.7L11.5 7M14 10.5a4 4 0 0 0-6-.4l-2.5 2.5a4 4 0 0 0 5.7 5.7l1.300-1.300"/>`,
    mark: svg`<path d="M4 5h11l5 7-5 7H4zM8 9v6"/>`,
    minus: svg`<path d="M5 12h14"/>`,
    mute: svg`<path d="M4 9.5v5h3.5l5 4v-13l-5 4zM16 9.5l5 5M21 9.5l-5 5"/>`,
    person: svg`<circle cx="12" cy="8" r="3.8"/><path d="M4.5 20c.8-4 3.8-6 7.5-6s6.7 2 7.5 6"/>`,
    play: svg`<path d="M7 4.5v15l12-7.5z"/>`,
    plus: svg`<path d="M5 12h14M12 5v14"/>`,
    print: svg`<path d="M7 9V3.5h10V9M7 17H4V9h16v8h-3M7 14h10v6.5H7z"/>`,
    scan: svg`<path d="M3.5 8V4h4M16.5 4h4v4M20.5 16v4h-4M7.5 20h-4v-4M7 8.5v7M10.5 8.5v7M13.5 8.5v7M17 8.5v7"/>`,
    scanner: svg`<path d="M4 13h16v6.5H4zM7 13V4.5h10V13M7.5 16.300h5"/>`,
    search: svg`<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.5 5.5"/>`,
    shelf: svg`<path d="M4 3.5v17M20 3.5v17M4 11h16M4 19h16M8 11V5.5M11 11V5.5M15 19v-5.5"/>`,
    sound: svg`<path d="M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.5 4.5 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11"/>`,
    stop: svg`<path d="M6 6h12v12H6z"/>`,
    wait: svg`<path d="M12 3.5a8.5 8.5 0 1 1-8.5 8.5"/>`,
};

export const iconNames = Object.keys(strokes);

export function icon(name) {
    return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        ${strokes[name]}
    </svg>`;
}
