/* One side, large: to see what the machine saw, and to mend it.
 *
 * Zoom turns the picture inside a frame that scrolls: fit, 100 %, 200 %; the arrow keys pan
 * while the frame has the focus. What was read with doubt is drawn over the picture. Each
 * repair has a key, and stands here with it while the volume is open. */
import { html, nothing, svg } from 'lit';

import { icon } from '../../web/icons.js';
import { badge, message, Part, server } from '../../web/part.js';
import { say } from '../../web/words.js';
import { formerOf, hasPicture, isRead, pageKind, pageState, pictureOf, reasonsOf, titleOf } from './model.js';

export const ZOOMS = ['fit', '100', '200'];
const kindSign = { page: 'leaf', blank: 'blank', cover: 'cover', separator: 'mark', unknown: 'eye' };
const BESIDE = { fit: 'view.fit', 100: 'view.100', 200: 'view.200' };

class Preview extends Part {
    static properties = {
        job: {},
        page: {}, /* the side shown, or nothing */
        keys: {},
        open: { type: Boolean }, /* repairs are still possible */
        follows: { type: Boolean }, /* nothing is chosen: the newest is shown */
        watermark: {}, /* text that lies over the picture, or nothing */
        former: { state: true }, /* leaf of the old picture in sight */
        zoom: { state: true }, /* place in ZOOMS */
    };

    constructor() {
        super();
        this.zoom = 0;
    }

    willUpdate(changed) {
        const old = changed.get('page');
        if (!changed.has('page') || (old?.index === this.page?.index && old?.leaf === this.page?.leaf)) return;
        this.zoom = 0;
        this.former = undefined;
    }

    zoomBy(by) {
        this.zoom = Math.max(0, Math.min(ZOOMS.length - 1, this.zoom + by));
        this.updateComplete.then(() => this.zoom && this.querySelector('.frame')?.focus());
    }

    fix(act, sign, main = false) {
        return html`<button class="button ${main ? 'main' : ''}" type="button" @click=${() => this.tell('fix', act)}>
            ${sign ? icon(sign) : nothing}${say(`key.${act}`)}<kbd>${this.keys[act]}</kbd></button>`;
    }

    /* What this side can be mended by, the likeliest first. */
    fixes() {
        const { page, job } = this;
        const kind = pageKind(page);
        if (!this.open || !isRead(page)) return nothing;
        const stands = job.state !== 'scanning' && job.state !== 'declared';
        return html`<div class="row fixes">
            ${page.suspect ? html`${this.fix('right', 'check', true)}${this.fix('rewind', 'back')}` : nothing}
            ${job.by_hand && page.side === 'back' && stands ? this.fix('backs', 'back') : nothing}
            ${page.returned ? this.fix('mended', 'check') : nothing}
            ${stands ? html`${this.fix('redo', 'scan', page.returned)}${this.fix('insert', 'plus')}${this.fix('remove', 'minus')}${this.fix('place', 'hand')}` : nothing}
            ${['blank', 'unknown'].includes(kind) ? this.fix('keep', 'leaf') : nothing}
            ${kind === 'blank' ? nothing : this.fix('blank', 'blank')}
            ${kind === 'page' ? this.fix('row', 'mark') : nothing}
            ${this.fix('turn', 'wait')}${this.fix('again', 'eye')}
            ${!job.repair?.waits && (page.edited || job.repair?.last) ? this.fix('undo', 'back') : nothing}
        </div>`;
    }

    proposal() {
        const { proposal } = this.page;
        if (!proposal || !this.open) return nothing;
        return html`<div class="say calm proposal">${icon('mark')}<div><strong lang="zh-CN">${proposal.text}</strong>
            <div class="what-now">${say('view.proposal', { row: proposal.row, score: proposal.score })}</div></div>
            ${this.fix('title', 'check')}</div>`;
    }

    facts() {
        const { page, job } = this;
        const state = pageState(page);
        const kind = pageKind(page);
        const sign = state.word === 'page.look' ? 'eye' : undefined;
        const old = formerOf(job, page);
        return html`<div class="facts">
            <p class="row">
                ${badge('calm', say(`kind.${kind}`), kindSign[kind])} ${badge(state.tone, say(state.word), sign)}
                ${page.checked ? badge('good', say('page.checked'), 'eye') : nothing}
                ${page.row ? html`<span class="soft">${say('page.row', { row: page.row })}</span> <strong lang="zh-CN">${page.document || titleOf(page)}</strong>` : nothing}
                ${page.doubtful?.length ? html`<span class="soft">${say('view.doubtful', { n: page.doubtful.length })}</span>` : nothing}
            </p>
            ${reasonsOf(page).map((reason) => message(state.tone, server(reason), nothing, sign))}
            ${this.proposal()}
            ${old.length
                ? html`<p class="row">${old.map((one) => html`<button class="button quiet" type="button" aria-pressed=${this.former === one.leaf}
                      @click=${() => (this.former = this.former === one.leaf ? undefined : one.leaf)}>${icon('eye')}${say('view.former')}</button>
                      <span class="soft" lang="zh-CN">${one.reason} ${one.name}</span>`)}</p>`
                : nothing}
            ${this.fixes()}
        </div>`;
    }

    /* Words that were read with doubt; boxes are ten-thousandths of the upright page. */
    doubts() {
        const { doubtful } = this.page;
        if (this.former || !doubtful?.length) return nothing;
        return html`<svg class="doubts" viewBox="0 0 10000 10000" preserveAspectRatio="none" aria-hidden="true">
            ${doubtful.map(({ box: [x, y, bw, bh] }) => svg`<rect x=${x} y=${y} width=${bw} height=${bh}/>`)}</svg>`;
    }

    /* Which of its two sides the frame bounds. */
    fit({ target }) {
        const { clientWidth, clientHeight } = this.querySelector('.frame');
        target.classList.toggle('wide', target.naturalWidth * clientHeight > target.naturalHeight * clientWidth);
    }

    picture(side) {
        const { page } = this;
        if (!hasPicture(page)) return html`<p class="empty">${say('view.soon')}</p>`;
        const src = this.former ? `/api/gone/${this.former}/${page.side}` : pictureOf(this.job, page, 'preview');
        return html`<div class="leaf zoom-${ZOOMS[this.zoom]}"><img src=${src} alt=${say('view.picture', { n: page.sheet, side })} @load=${this.fit}>${this.doubts()}
            ${this.watermark ? html`<div class="watermark" aria-hidden="true">${Array.from({ length: 12 }, () => html`<span>${this.watermark}</span>`)}</div>` : nothing}</div>`;
    }

    render() {
        const { page } = this;
        if (!page) return html`<section class="view empty" aria-label=${say('view.title')}><p>${say('view.none')}</p></section>`;
        const side = say(`side.${page.side}.long`);
        return html`<section class="view" aria-labelledby="view-title">
            <div class="row head">
                <h2 id="view-title">${say('sheet.n', { n: page.sheet })} ${side}</h2>
                ${this.former ? badge('wait', say('view.former'), 'back') : this.follows ? badge('calm', say('view.newest'), 'eye') : nothing}
                <div class="row tools">
                    <button class="button quiet" type="button" @click=${() => this.tell('step', -1)}>${icon('back')}${say('view.prev')}<kbd>${this.keys.prev}</kbd></button>
                    <button class="button quiet" type="button" @click=${() => this.tell('step', 1)}>${say('view.next')}<kbd>${this.keys.after}</kbd></button>
                    <button class="button quiet" type="button" aria-label=${say('view.out')} ?disabled=${this.zoom === 0}
                        @click=${() => this.zoomBy(-1)}>${icon('minus')}</button>
                    <span class="zoom">${say(BESIDE[ZOOMS[this.zoom]])}</span>
                    <button class="button quiet" type="button" aria-label=${say('view.in')}
                        ?disabled=${this.zoom === ZOOMS.length - 1} @click=${() => this.zoomBy(1)}>${icon('plus')}</button>
                </div>
            </div>
            <div class="frame" tabindex="0" role="group" aria-label=${say('view.title')}>${this.picture(side)}</div>
            ${this.facts()}
        </section>`;
    }
}

customElements.define('jk-preview', Preview);
