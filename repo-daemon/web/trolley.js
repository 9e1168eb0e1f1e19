/* Trolleys: the hand-overs that wait for somebody, and one of them by its label. A label
 * that nothing waits under is a trolley to be loaded. */
import { html, nothing } from 'lit';

import './trolley_load.js';
import './trolley_take.js';
import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { badge, refusal, server } from '../../web/part.js';
import { say } from '../../web/words.js';
import { FINISH } from './keys.js';
import { when } from './model.js';
import { View } from './view.js';

class Trolleys extends View {
    static properties = { person: {} };

    load() {
        return get('/v1/batches?state=open');
    }

    finish() {
        location.hash = '#/load/new';
    }

    row(one) {
        const mine = one.to?.badge === this.person.badge;
        return html`<tr>
            <th scope="row"><a href="#/b/${one.batch}" class="mono">${one.batch}</a></th>
            <td>${badge(mine ? 'wait' : 'calm', say(mine ? 'trolley.forme' : 'trolley.waits'), mine ? 'hand' : 'clock')}</td>
            <td>${server(one.from?.name)}</td>
            <td>${server(one.to?.name)}</td>
            <td>${say('trolley.n', { n: one.volumes })}</td>
            <td class="wide" lang="zh-CN">${one.reason}</td>
            <td class="time">${when(one.at)}</td>
        </tr>`;
    }

    draw() {
        const me = this.person.badge;
        const batches = [...this.data.batches].sort((a, b) => (b.to?.badge === me) - (a.to?.badge === me) || b.at.localeCompare(a.at));
        return html`<div class="row head"><h1>${say('nav.trolleys')}</h1>
                <a class="button main far-end" href="#/load/new">${icon('plus')}${say('trolley.begin')}<kbd>${FINISH}</kbd></a></div>
            ${refusal(this.error)}
            ${batches.length
                ? html`<section class="table card part" tabindex="0" aria-label=${say('nav.trolleys')}><table>
                      <caption class="sr">${say('nav.trolleys')}</caption>
                      <thead><tr><th scope="col">${say('trolley.label')}</th><th scope="col">${say('list.state')}</th>
                          <th scope="col">${say('trolley.from')}</th><th scope="col">${say('trolley.to')}</th>
                          <th scope="col">${say('list.volume')}</th><th scope="col">${say('trolley.reason')}</th><th scope="col">${say('trolley.at')}</th></tr></thead>
                      <tbody>${batches.map((one) => this.row(one))}</tbody></table></section>`
                : html`<p class="empty">${say('trolley.none')}</p>`}
            <p class="soft">${say('trolley.scan')}</p>`;
    }
}

/* By its label: to take over what waits, or, with nothing ever on it, to load it. */
class Trolley extends View {
    static properties = { person: {} };

    async load() {
        try {
            return await get(`/v1/batches/${this.arg}`);
        } catch (error) {
            if (error.status !== 404) throw error;
            location.replace(`#/load/${this.arg}`);
            return undefined;
        }
    }

    give(kind, text) {
        return this.querySelector('jk-trolley-take')?.give(kind, text) ?? false;
    }

    run(card) {
        return this.querySelector('jk-trolley-take')?.run(card) ?? false;
    }

    finish() {
        this.querySelector('jk-trolley-take')?.finish();
    }

    draw() {
        return html`${this.error ? refusal(this.error) : nothing}
            <jk-trolley-take .batch=${this.data} .person=${this.person} @acted=${() => this.reload()}></jk-trolley-take>`;
    }
}

customElements.define('jk-trolleys', Trolleys);
customElements.define('jk-trolley', Trolley);
