# A repository of its own with its people, for tests that work it with `juanku`: sourced
# from the project's root with `name` set. Functions: as WHO WORDS..., say, has, code.
out=${OUT:-out}
work=$out/tmp/$name.$$
port=$((18000 + $$ % 2000))
base=http://127.0.0.1:$port
juanku=$PWD/$out/bin/juanku
mkdir -p "$work"
say() { # text, want, got
    [ "$2" = "$3" ] && echo "ok - $1" || { echo "# want: $2"; echo "# got:  $3"; echo "not ok - $1"; }
}
has() { # text, part, whole
    case $3 in *"$2"*) echo "ok - $1" ;; *) echo "# want: $2"; echo "# got:  $3"; echo "not ok - $1" ;; esac
}
as() { # who, words of juanku
    who=$1
    shift
    JUANKU_SESSION=$work/session.$who "$juanku" "$@"
}
code() { # text, exit code, part of the sentence, who, words...
    text=$1 want=$2 part=$3
    shift 3
    said=$(as "$@" 2>&1)
    got=$?
    case $want:$said in "$got":*"$part"*) echo "ok - $text" ;; *) echo "# want $want '$part', got $got: $said"; echo "not ok - $text" ;; esac
}
badge() { cat "$work/badge.$1"; }

people() { # name:roles...
    for who in "$@"; do
        echo "password of ${who%%:*}" >"$work/password"
        "$juanku" repo user add "$work/repo" "${who%%:*}" --name "${who%%:*}" --roles "${who#*:}" \
            --password-file "$work/password" >"$work/badge.${who%%:*}" || echo "not ok - add ${who%%:*}"
    done
}
start() {
    printf 'repo.dir = %s/repo\nhttp.listen = 127.0.0.1:%s\n' "$work" "$port" >"$work/repod.conf"
    "$out/bin/juanku-repod" --config "$work/repod.conf" 2>>"$work/log" &
    daemon=$!
    trap 'kill $daemon 2>/dev/null' EXIT
    tries=0
    until curl -s "$base/readyz" | grep -q ready; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "not ok - the daemon comes up"; cat "$work/log"; exit 1; }
        sleep 0.05
    done
}
log_in() { # who...
    for who in "$@"; do
        echo "password of $who" >"$work/password"
        as "$who" session login "$who" --url "$base" --password-file "$work/password" >/dev/null ||
            echo "not ok - $who logs in"
    done
}
finish() {
    kill "$daemon"
    wait "$daemon"
    say "the daemon ends well" 0 $?
    trap - EXIT
    has "and the views are made again" "events" "$("$juanku" repo rebuild "$work/repo")"
    rm -rf "$work"
}
