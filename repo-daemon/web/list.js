/* All volumes, by state and by what a person remembers of a case number. The address
 * carries the wish ("state:shelved" or a text), so that it can be kept and sent. */
import { html, nothing } from 'lit';

import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { say } from '../../web/words.js';
import { nameOf, stateNames, volumeTable } from './names.js';
import { View } from './view.js';

const PAGE = 50;

class List extends View {
    static properties = { pages: { state: true } };

    wish() {
        const state = /^state:([a-z-]+)$/.exec(this.arg ?? '')?.[1] ?? '';
        return { state, q: state ? '' : (this.arg ?? '') };
    }

    willUpdate(changed) {
        if (changed.has('arg')) this.pages = 1;
        super.willUpdate(changed);
    }

    /* What was opened by "more" stays open when news comes. */
    async load() {
        const { state, q } = this.wish();
        const volumes = [];
        let next = '';
        for (let page = 0; page < this.pages; page++) {
            const ask = new URLSearchParams({ limit: PAGE });
            if (state) ask.set('state', state);
            if (q) ask.set('q', q);
            if (next) ask.set('cursor', next);
            const answer = await get(`/v1/volumes?${ask}`);
            volumes.push(...answer.volumes);
            next = answer.next;
            if (!next) break;
        }
        return { volumes, next };
    }

    search(event) {
        event.preventDefault();
        location.hash = `#/volumes/${encodeURIComponent(this.querySelector('#q').value.trim())}`;
    }

    choose(event) {
        const state = event.target.value;
        location.hash = state ? `#/volumes/state:${state}` : '#/volumes';
    }

    more() {
        this.pages++;
        this.reload();
    }

    draw() {
        const { state, q } = this.wish();
        const { volumes, next } = this.data;
        return html`<form class="row filter" @submit=${this.search}>
                <h1>${say('nav.volumes')}</h1>
                <div class="field"><label for="q">${say('list.q')}</label>
                    <input id="q" name="q" type="text" .value=${q} autocomplete="off" maxlength="60"></div>
                <button class="button" type="submit">${icon('search')}${say('desk.go')}</button>
                <div class="field"><label for="state">${say('list.state')}</label>
                    <select id="state" @change=${this.choose}>
                        <option value="" ?selected=${!state}>${say('list.all')}</option>
                        ${stateNames().map((name) => html`<option value=${name} ?selected=${name === state}>${nameOf('states', name)}</option>`)}
                    </select></div>
            </form>
            ${volumes.length ? volumeTable(volumes, say('nav.volumes')) : html`<p class="empty">${say('list.none')}</p>`}
            ${next ? html`<button class="button" type="button" @click=${this.more}>${say('list.more')}</button>` : nothing}`;
    }
}

customElements.define('jk-list', List);
