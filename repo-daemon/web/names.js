/* How things are called and drawn wherever they stand on the page: a volume's state, its
 * kind, its place. State words are the repository's own; in English they are its keys. */
import { html, nothing } from 'lit';

import { slotPlace } from '../../web/label.js';
import { badge, server } from '../../web/part.js';
import { language, say } from '../../web/words.js';
import { stateLook, when } from './model.js';

/* Off the shelf, most volumes are in somebody's hand; these are not. */
const placeless = {
    'expected': 'vol.nowhere', 'missing': 'vol.unknown', 'sent-on-appeal': 'vol.away',
    'returned-to-party': 'vol.away', 'relinked': 'vol.away', 'archived': 'vol.archive',
    'condemned': 'vol.archive', 'destroyed': 'vol.gone',
};

let words = { states: {}, events: {}, roles: {} };

export function setNames(answer) {
    words = answer;
}

export function nameOf(list, key) {
    if (language() === 'en') return key[0].toUpperCase() + key.slice(1).replaceAll('-', ' ');
    return words[list]?.[key] ?? (list === 'events' ? '' : key);
}

export function stateNames() {
    return Object.keys(words.states);
}

export function stateBadge(state) {
    const [tone, sign] = stateLook[state] ?? ['calm', 'leaf'];
    return badge(tone, nameOf('states', state), sign);
}

export function volumeName(volume) {
    return `${say(`vol.kind${volume.kind}`)} ${say('vol.part', { n: volume.part })}`;
}

export function placeName(slot) {
    return say('vol.slot', slotPlace(slot));
}

/* An alarm's place: a slot, a kept file, or a whole rack by site and number. */
export function alarmPlace(alarm) {
    if (alarm.of_slot) return placeName(alarm.place);
    if (alarm.kind === 'files-many') return say('alarm.files');
    if (alarm.kind.startsWith('file-')) return say('alarm.file', { name: alarm.place });
    const [site, rack] = alarm.place.split('.').map(Number);
    return say('rack.n', { site, rack });
}

export function where(volume) {
    if (volume.slot) return placeName(volume.slot);
    return say(placeless[volume.state] ?? 'vol.inhand');
}

export function who(volume) {
    if (!volume.holder) return say('vol.nobody');
    const to = volume.to ? html`<small>${say('vol.to', { name: volume.to.name })}</small>` : nothing;
    return html`${server(volume.holder.name)} ${to}`;
}

/* "3 张", "3 张（申报 4）" of a paper or a line of a list. */
export function paperCount(one) {
    const count = say(`unit.${one.what}`, { n: one.counted });
    const declared = one.declared ?? one.counted;
    return declared === one.counted ? count : say('unit.declared', { count, declared });
}

/* Volumes as a table whose rows lead to the volume. */
export function volumeTable(volumes, caption) {
    return html`<section class="table" tabindex="0" aria-label=${caption}>
        <table>
            <caption class="sr">${caption}</caption>
            <thead>
                <tr>
                    <th scope="col">${say('list.case')}</th>
                    <th scope="col">${say('list.volume')}</th>
                    <th scope="col">${say('list.state')}</th>
                    <th scope="col">${say('list.where')}</th>
                    <th scope="col">${say('list.who')}</th>
                    <th scope="col">${say('list.since')}</th>
                </tr>
            </thead>
            <tbody>
                ${volumes.map((volume) => html`<tr>
                    <th scope="row">
                        <a href="#/v/${volume.volume}" lang="zh-CN">${volume.case_no}</a>
                        <small lang="zh-CN">${volume.cover}</small>
                    </th>
                    <td>${volumeName(volume)}</td>
                    <td>${stateBadge(volume.state)}</td>
                    <td>${where(volume)}</td>
                    <td>${who(volume)}</td>
                    <td class="time">${when(volume.updated_at)}</td>
                </tr>`)}
            </tbody>
        </table>
    </section>`;
}
