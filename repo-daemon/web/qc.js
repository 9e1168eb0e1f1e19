/* The queue of the second person: which feedings wait, how much of each is to be looked
 * at. What somebody fed himself is shown, and that it is for another. */
import { html } from 'lit';

import { icon } from '../../web/icons.js';
import { get } from '../../web/net.js';
import { server } from '../../web/part.js';
import { say } from '../../web/words.js';
import { when } from './model.js';
import { volumeName } from './names.js';
import { View } from './view.js';

class Qc extends View {
    async load() {
        return (await get('/v1/qc')).volumes;
    }

    one(volume) {
        const names = volume.operators.map((one) => one.name).join('、');
        return html`<tr>
            <th scope="row"><span class="case" lang="zh-CN">${volume.case_no}</span><small lang="zh-CN">${volume.cover}</small></th>
            <td>${volumeName(volume)}</td>
            <td>${server(names)}</td>
            <td><b>${say('qc.look', { n: volume.look })}</b> <small>${say('qc.of', { n: volume.of })}</small></td>
            <td class="time">${when(volume.since)}</td>
            <td>${volume.mine
                ? html`<span class="soft">${say('qc.mine')}</span>`
                : html`<a class="button main" href="#/qc/${volume.volume}">${icon('eye')}${say('qc.go')}</a>`}</td>
        </tr>`;
    }

    draw() {
        return html`<section class="card part" aria-labelledby="qc-title">
            <h1 id="qc-title">${say('qc.title')} <span class="n">${this.data.length}</span></h1>
            <p class="soft">${say('qc.say')}</p>
            ${this.data.length
                ? html`<section class="table" tabindex="0" aria-label=${say('qc.title')}><table>
                      <thead><tr>
                          <th scope="col">${say('list.case')}</th><th scope="col">${say('list.volume')}</th>
                          <th scope="col">${say('qc.by')}</th><th scope="col">${say('qc.todo')}</th>
                          <th scope="col">${say('list.since')}</th><th scope="col"><span class="sr">${say('qc.go')}</span></th>
                      </tr></thead>
                      <tbody>${this.data.map((volume) => this.one(volume))}</tbody>
                  </table></section>`
                : html`<p class="empty">${say('qc.none')}</p>`}
        </section>`;
    }
}

customElements.define('jk-qc', Qc);
