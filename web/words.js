/* Words of a page in its two languages.
 *
 * A page brings one table, name → [中文, English]; {slots} in a text are filled when it
 * is said. Both columns must be there, with the same slots: the tests read the tables.
 * Chinese is first: it is what an unknown wish falls back to. */
const shared = {
    'lang.other': ['English', '中文'],
    'login.name': ['工号', 'Staff number'],
    'login.password': ['口令', 'Password'],
    'login.code': ['动态验证码', 'One-time code'],
    'login.code.say': ['用验证器的人填写；手机不在身边时填一个恢复码。', 'For those who use an authenticator; a recovery code will do.'],
    'login.go': ['登录', 'Sign in'],
    'login.busy': ['正在登录', 'Signing in'],
    'login.out': ['退出', 'Sign out'],
    'net.down': ['连不上系统', 'The system does not answer'],
    'net.down.now': ['请检查网线和电源。页面会自己重试。', 'Check cable and power. The page keeps trying by itself.'],
    'net.odd': ['系统没有给出结果', 'The system gave no result'],
    'net.odd.now': ['请再试一次。', 'Try once more.'],
    'scan.badcheck': ['这个标签没有读对，不能用', 'That label was misread and cannot be used'],
    'scan.badcheck.now': ['请再扫一次。', 'Scan it again.'],
    'close': ['关闭', 'Close'],
    'cancel': ['取消', 'Cancel'],
    'skip': ['跳到主要内容', 'Skip to the main part'],
};

const tables = [shared];
const listeners = new Set();
const memory = 'juanku.lang';
let current = 'zh';

export const sharedWords = shared;

export function addWords(table) {
    tables.push(table);
}

export function language() {
    return current;
}

export function setLanguage(lang) {
    current = lang === 'en' ? 'en' : 'zh';
    document.documentElement.lang = current === 'en' ? 'en' : 'zh-CN';
    try {
        localStorage.setItem(memory, current);
    } catch {
        /* a browser without storage forgets the wish; nothing is lost */
    }
    for (const listener of listeners) listener();
}

/* The address wins over what this browser used last. */
export function startLanguage() {
    let wish = new URLSearchParams(location.search).get('lang');
    try {
        wish ??= localStorage.getItem(memory);
    } catch {
        wish ??= 'zh';
    }
    setLanguage(wish ?? 'zh');
}

export function onLanguage(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

export function has(name) {
    return tables.some((table) => Object.hasOwn(table, name));
}

export function say(name, slots = {}) {
    for (const table of tables) {
        if (!Object.hasOwn(table, name)) continue;
        const text = table[name][current === 'en' ? 1 : 0];
        return text.replace(/\{(\w+)\}/g, (_, slot) => String(slots[slot] ?? ''));
    }
    throw new Error(`no words for '${name}'`);
}
