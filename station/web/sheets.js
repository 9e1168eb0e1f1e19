/* The sheets as they come out of the scanner: one card for one leaf of paper, its two
 * sides next to each other, each with what it is, where it belongs and how it fares.
 *
 * One tab stop; arrow keys walk through the sides, up and down by rows. */
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

import { icon } from '../../web/icons.js';
import { Part } from '../../web/part.js';
import { say } from '../../web/words.js';
import { filters, hasPicture, hasTrouble, pageKind, pageState, pictureOf, reasonsOf, sheetsOf, tally, titleOf } from './model.js';
import { neighbour } from '../../web/walk.js';

const kindSign = { page: 'leaf', blank: 'blank', cover: 'cover', separator: 'mark', unknown: 'eye' };
const stateSign = { 'page.ready': 'check', 'page.look': 'eye', 'page.trouble': 'alert', 'page.captured': 'clock', 'page.reading': 'clock' };

class Sheets extends Part {
    static properties = {
        job: {},
        chosen: {}, /* index of the side in the preview */
        show: { state: true },
    };

    constructor() {
        super();
        this.show = 'all';
    }

    /* New paper stays in sight while nobody looks at an older sheet. */
    updated(changed) {
        const count = this.job?.pages?.length ?? 0;
        const list = this.querySelector('.sheet-list');
        if (list && changed.has('job') && count > (this.count ?? 0) && this.chosen === undefined)
            list.scrollTop = list.scrollHeight;
        this.count = count;
        if (changed.has('chosen') && this.chosen !== undefined)
            this.querySelector(`[data-index="${this.chosen}"]`)?.scrollIntoView({ block: 'nearest' });
    }

    sides() {
        return [...this.querySelectorAll('button.side')];
    }

    walk(event) {
        const at = this.sides().indexOf(event.target.closest('button.side'));
        if (at < 0) return;
        const to = neighbour(this.sides().map((side) => side.getBoundingClientRect()), at, event.key);
        if (to === undefined) return;
        event.preventDefault();
        const side = this.sides()[to];
        side.focus();
        this.tell('choose', Number(side.dataset.index));
    }

    /* What the eye takes from the card around it, for the ear. */
    unseen(page) {
        const parts = [titleOf(page), ...reasonsOf(page)].filter(Boolean);
        return parts.length ? html`<span class="sr" lang="zh-CN">${parts.join('，')}</span>` : nothing;
    }

    side(page, first) {
        const state = pageState(page);
        const kind = pageKind(page);
        const on = page.index === this.chosen;
        const stop = on || (this.chosen === undefined && page === first);
        return html`<button class="side ${kind} ${state.tone}" type="button" data-index=${page.index}
            tabindex=${stop ? 0 : -1} aria-current=${on ? 'true' : nothing}
            @click=${() => this.tell('choose', page.index)}>
            <span class="pic">${hasPicture(page)
                ? html`<img src=${pictureOf(this.job, page, 'thumb')} alt="" loading="lazy" width="85" height="120"
                      @error=${(event) => (event.target.hidden = true)}>`
                : icon('wait')}</span>
            <span class="sr">${say('sheet.n', { n: page.sheet })}</span>
            <span class="line"><b>${say(`side.${page.side}`)}</b> ${icon(kindSign[kind])}${say(`kind.${kind}`)}</span>
            <span class="line state ${state.tone}">${icon(stateSign[state.word])}${say(state.word)}</span>
            ${this.unseen(page)}
        </button>`;
    }

    reasons(sides) {
        const lines = sides.flatMap(reasonsOf);
        if (!lines.length) return nothing;
        const tone = sides.some(hasTrouble) ? 'bad' : 'wait';
        return html`<p class="reason ${tone}" lang="zh-CN">${lines.join(' ')}</p>`;
    }

    title(page) {
        if (!titleOf(page)) return html`<p class="title">${say('page.row', page)}</p>`;
        return html`<p class="title"><span class="n">${page.row}</span> <span lang="zh-CN">${titleOf(page)}</span></p>`;
    }

    sheet({ sheet, sides }, first) {
        const titled = sides.find((page) => page.row);
        return html`<li class="card sheet arrives">
            <h3>${say('sheet.n', { n: sheet })}</h3>
            <div class="pair">${sides.map((page) => this.side(page, first))}</div>
            ${titled
                ? this.title(titled)
                : nothing}
            ${this.reasons(sides)}
        </li>`;
    }

    chip(name, n) {
        return html`<button class="chip" type="button" aria-pressed=${this.show === name}
            @click=${() => (this.show = name)}>${say(`show.${name}`)} <b>${n}</b></button>`;
    }

    list(shown) {
        if (!shown.length)
            return html`<p class="empty">${say(this.job?.pages?.length ? 'grid.none' : 'grid.empty')}</p>`;
        const first = shown[0].sides[0];
        return html`<ul class="sheet-list" @keydown=${this.walk}>
            ${repeat(shown, (one) => one.sheet, (one) => this.sheet(one, first))}
        </ul>`;
    }

    render() {
        const pages = this.job?.pages ?? [];
        const sum = tally(pages);
        const shown = sheetsOf(pages.filter(filters[this.show]));
        return html`<section class="sheets" aria-labelledby="grid-title">
            <div class="row head">
                <h2 id="grid-title">${say('grid')}</h2>
                ${this.chip('all', sum.images)} ${this.chip('page', sum.page)} ${this.chip('blank', sum.blank)}
                ${this.chip('look', sum.look)}
                <span class="soft keys">${say('grid.keys')}</span>
            </div>
            ${this.list(shown)}
        </section>`;
    }
}

customElements.define('jk-sheets', Sheets);
