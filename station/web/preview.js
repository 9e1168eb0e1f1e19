/* One side, large: to see what the machine saw and to correct what it took it for.
 *
 * Zoom turns the picture inside a frame that scrolls; the keys + - 0 work while the frame
 * has the focus. Corrections are offered only while the volume is still open. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { badge, message, Part, server } from '../../web/part.js';
import { say } from '../../web/words.js';
import { hasPicture, isRead, pageKind, pageState, pictureOf, reasonsOf, titleOf } from './model.js';

const ZOOMS = [100, 150, 200, 300, 400];
const kindSign = { page: 'leaf', blank: 'blank', cover: 'cover', separator: 'mark', unknown: 'eye' };

class Preview extends Part {
    static properties = {
        job: {},
        page: {}, /* the side shown, or nothing */
        open: { type: Boolean }, /* corrections are still possible */
        follows: { type: Boolean }, /* nothing is chosen: the newest is shown */
        zoom: { state: true }, /* place in ZOOMS; 0 fits the frame */
        rows: { state: true },
    };

    constructor() {
        super();
        this.zoom = 0;
        this.rows = [];
    }

    willUpdate(changed) {
        if (changed.has('page') && changed.get('page')?.index !== this.page?.index) this.zoom = 0;
    }

    zoomBy(step) {
        this.zoom = Math.max(0, Math.min(ZOOMS.length - 1, this.zoom + step));
    }

    key(event) {
        const steps = { '+': 1, '=': 1, '-': -1, 0: -ZOOMS.length };
        if (!Object.hasOwn(steps, event.key)) return;
        event.preventDefault();
        this.zoomBy(steps[event.key]);
    }

    step(by) {
        const pages = this.job.pages;
        const at = pages.findIndex((one) => one.index === this.page.index) + by;
        if (pages[at]) this.tell('choose', pages[at].index);
    }

    /* Out of the volume; kept, with the reason. */
    repair(what) {
        this.tell('repair', { do: what, index: this.page.index, reason: say('fix.reason') });
    }

    fix(body) {
        this.tell('fix', body);
    }

    async askRow() {
        try {
            this.rows = (await get('/api/rows')).rows;
        } catch {
            this.rows = []; /* then the number is typed */
        }
        await this.updateComplete;
        this.querySelector('dialog').showModal();
    }

    rowField() {
        if (!this.rows.length)
            return html`<input id="row" name="row" type="number" min="1" max="99" required .value=${String(this.page.row ?? '')}>`;
        return html`<select id="row" name="row" lang="zh-CN">
            ${this.rows.map((one) => html`<option value=${one.row} ?selected=${one.row === this.page.row}>${one.row} ${one.title}</option>`)}
        </select>`;
    }

    moveDialog() {
        const move = (event) => {
            if (event.submitter?.value !== 'go') return;
            this.fix({ do: 'move', row: Number(new FormData(event.target).get('row')) });
        };
        return html`<dialog aria-labelledby="move-title">
            <form method="dialog" @submit=${move}>
                <h2 id="move-title">${say('fix.move.say')}</h2>
                <div class="field"><label for="row">${say('fix.move.row')}</label>${this.rowField()}</div>
                <div class="row">
                    <button class="button main" type="submit" value="go">${say('fix.move.go')}</button>
                    <button class="button" type="submit" value="keep" formnovalidate>${say('cancel')}</button>
                </div>
            </form>
        </dialog>`;
    }

    fixes() {
        const { page } = this;
        const kind = pageKind(page);
        if (!this.open || !isRead(page)) return nothing;
        const keep = html`<button class="button" type="button" @click=${() => this.fix({ do: 'keep-as-page' })}>${say('fix.keep')}</button>`;
        const blank = html`<button class="button" type="button" @click=${() => this.fix({ do: 'set-blank' })}>${say('fix.blank')}</button>`;
        const move = html`<button class="button" type="button" @click=${this.askRow}>${say('fix.move')}</button>`;
        const rewind = html`<button class="button" type="button" @click=${() => this.repair('rewind')}>${say('fix.rewind')}</button>`;
        const remove = html`<button class="button" type="button" @click=${() => this.repair('remove')}>${say('fix.remove')}</button>`;
        const checked = html`<button class="button main" type="button" @click=${() => this.fix({ do: 'right' })}>${say('fix.checked')}</button>`;
        return html`<div class="row">
            ${page.suspect ? html`${checked} ${rewind} ${remove}` : nothing}
            ${['blank', 'unknown'].includes(kind) ? keep : nothing} ${kind === 'blank' ? nothing : blank}
            ${kind === 'page' ? move : nothing}
            ${page.edited
                ? html`<button class="button quiet" type="button" @click=${() => this.fix({ do: 'undo' })}>${say('fix.undo')}</button>`
                : nothing}
        </div>${this.moveDialog()}`;
    }

    facts() {
        const { page } = this;
        const state = pageState(page);
        const kind = pageKind(page);
        const sign = state.word === 'page.look' ? 'eye' : undefined;
        const labels = (page.labels ?? []).map((one) => one.text ?? one);
        return html`<div class="facts">
            <p class="row">
                ${badge('calm', say(`kind.${kind}`), kindSign[kind])} ${badge(state.tone, say(state.word), sign)}
                ${page.confidence > 0 && kind === 'page'
                    ? html`<span class="soft">${say('view.confidence', { n: page.confidence })}</span>`
                    : nothing}
            </p>
            ${page.row ? html`<p><span class="soft">${say('page.row', { row: page.row })}</span> <strong lang="zh-CN">${titleOf(page)}</strong></p>` : nothing}
            ${reasonsOf(page).map((reason) => message(state.tone, server(reason), nothing, sign))}
            ${labels.length ? html`<p class="soft">${say('view.labels')} <span class="mono">${labels.join(' ')}</span></p>` : nothing}
            ${this.fixes()}
        </div>`;
    }

    render() {
        const { page } = this;
        if (!page) return html`<section class="view empty" aria-label=${say('view.title')}><p>${say('view.none')}</p></section>`;
        const side = say(`side.${page.side}.long`);
        return html`<section class="view" aria-labelledby="view-title">
            <div class="row head">
                <h2 id="view-title">${say('sheet.n', { n: page.sheet })} ${side}
                    ${this.follows ? badge('calm', say('view.newest'), 'eye') : nothing}</h2>
                <div class="row tools">
                    <button class="button quiet" type="button" aria-label=${say('view.out')} ?disabled=${this.zoom === 0}
                        @click=${() => this.zoomBy(-1)}>${icon('minus')}</button>
                    <span class="zoom">${this.zoom ? say('view.zoom', { n: ZOOMS[this.zoom] }) : say('view.fit')}</span>
                    <button class="button quiet" type="button" aria-label=${say('view.in')}
                        ?disabled=${this.zoom === ZOOMS.length - 1} @click=${() => this.zoomBy(1)}>${icon('plus')}</button>
                </div>
            </div>
            <div class="frame" tabindex="0" role="group" aria-label=${say('view.title')} @keydown=${this.key}>
                ${hasPicture(page)
                    ? html`<img class="zoom-${ZOOMS[this.zoom]}" src=${pictureOf(this.job, page, 'preview')} alt=${say('view.picture', { n: page.sheet, side })}>`
                    : html`<p class="empty">${say('view.soon')}</p>`}
            </div>
            <div class="row">
                <button class="button quiet" type="button" @click=${() => this.step(-1)}>${icon('back')}${say('view.prev')}</button>
                <button class="button quiet" type="button" @click=${() => this.step(1)}>${say('view.next')}</button>
                ${page.kind === 'page' && page.state === 'ready'
                    ? html`<a class="pdf" href="/api/images/${page.index}/pdf" target="_blank" rel="noopener">${say('view.pdf')}</a>`
                    : nothing}
            </div>
            ${this.facts()}
        </section>`;
    }
}

customElements.define('jk-preview', Preview);
