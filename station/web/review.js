/* Blanks and doubtful pages, in a view of their own: nothing leaves the volume unseen.
 *
 * Doubtful pages stand first, one large at a time in the preview beside it; blanks come
 * as a sheet of large pictures, a screenful confirmed by one key, after a faint one was
 * picked out. What was confirmed is noted with the name of who looked. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { badge, Part } from '../../web/part.js';
import { say } from '../../web/words.js';
import { needsCheck, pictureOf, reasonsOf, reviewScreen } from './model.js';

class Review extends Part {
    static properties = {
        job: {},
        chosen: {},
        keys: {},
    };

    one(page) {
        const on = page.index === this.chosen;
        return html`<li><button class="side look-at ${page.kind}" type="button" data-index=${page.index} aria-current=${on ? 'true' : nothing}
            @click=${() => this.tell('choose', page.index)}>
            <span class="pic big"><img src=${pictureOf(this.job, page, 'preview')} alt="" loading="lazy"></span>
            <span class="line"><b>${say('sheet.n', { n: page.sheet })}</b> ${say(`side.${page.side}`)}</span>
            ${reasonsOf(page).length ? html`<span class="reason" lang="zh-CN">${reasonsOf(page)[0]}</span>` : nothing}
        </button></li>`;
    }

    render() {
        const left = (this.job?.pages ?? []).filter(needsCheck);
        const { kind, pages } = reviewScreen(this.job?.pages ?? []);
        return html`<section class="review" aria-labelledby="review-title">
            <div class="row head"><h2 id="review-title">${say('review.title')}</h2>
                ${badge(left.length ? 'wait' : 'good', say('review.left', { n: left.length }), left.length ? 'eye' : 'check')}
                <button class="button quiet far" type="button" @click=${() => this.tell('leave')}>${icon('back')}${say('review.back')}<kbd>${this.keys.review}</kbd></button></div>
            ${pages.length
                ? html`<p>${say(`review.say.${kind}`, { n: pages.length })}</p>
                      <ul class="review-list ${kind}">${pages.map((page) => this.one(page))}</ul>
                      <button class="button main huge" type="button" @click=${() => this.tell('good')}>${icon('check')}
                          ${say(`review.good.${kind}`, { n: pages.length })}<kbd>${this.keys.good}</kbd></button>`
                : html`<p class="empty">${icon('check')}${say('review.none')}</p>`}
        </section>`;
    }
}

customElements.define('jk-review', Review);
