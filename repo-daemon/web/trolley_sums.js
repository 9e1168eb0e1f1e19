/* How much is on a trolley: volumes, papers, pages, sheets, large enough for two metres. */
import { html } from 'lit';

import { say } from '../../web/words.js';
import { sumNames } from './model.js';

export function sumsTable(sums) {
    return html`<dl class="figures four">${sumNames.map((name) => html`<div class="calm">
        <dt>${say(`trolley.${name}`)}</dt><dd>${sums[name]}</dd></div>`)}</dl>`;
}
