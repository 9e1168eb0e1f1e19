/* Labels to print: the sheets as they come out of the browser's printer, and the same for
 * a label printer as a file of ZPL. Printing begins by itself once all are there. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { View } from './view.js';

const SHEET = 12;

class Labels extends View {
    async load() {
        if (this.arg.startsWith('V')) {
            await get(`/v1/volumes/${this.arg}`);
            return { path: `/v1/volumes/${this.arg}/labels`, sheets: 1, back: `#/v/${this.arg}` };
        }
        const list = await get(`/v1/intakes/${this.arg}`);
        const count = list.items + (list.volume ? 1 : 0);
        return { path: `/v1/intakes/${this.arg}/labels`, sheets: Math.ceil(count / SHEET), back: `#/intake/${this.arg}` };
    }

    finish() {
        window.print();
    }

    draw() {
        const { path, sheets, back } = this.data;
        return html`<div class="row head no-print"><h1>${say('labels.title')}</h1>
                <button class="button main" type="button" @click=${this.finish}>${icon('print')}${say('labels.print')}<kbd>${FINISH}</kbd></button>
                <a class="button" href="${path}?type=zpl" download="${this.arg}.zpl">${icon('scan')}${say('labels.zpl', { dpi: 203 })}</a>
                <a class="button" href="${path}?type=zpl300" download="${this.arg}-300.zpl">${icon('scan')}${say('labels.zpl', { dpi: 300 })}</a>
                <a class="button quiet" href=${back}>${icon('back')}${say('labels.back')}</a></div>
            ${sheets ? html`<ol class="label-sheets">${Array.from({ length: sheets }, (_, i) => html`<li><img src="${path}?type=svg&from=${i * SHEET}" alt=${say('labels.sheet', { n: i + 1 })}></li>`)}</ol>`
                : html`<p class="empty">${say('labels.none')}</p>${nothing}`}`;
    }
}

customElements.define('jk-labels', Labels);
