# Parts of the benches. Each bench is a script of its own that sources this and tells its
# figures with figure(); run.sh plays them all and ends with one table.
#
# Other programs use the machine as well, so what is compared is processor time where that
# is the question, and the median of several runs; ratios hold on other machines, seconds
# do not.

out=${OUT:-out}
juanku=$out/bin/juanku
work=$(mktemp -d "${TMPDIR:-/tmp}/juanku-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT
figures=${BENCH_FIGURES:-$work/figures.tsv}
stack=tests/data/stack-1
pages=$(awk -F'\t' 'NR > 1 && $2 !~ /^(cover|separator)/ && $7 != "blank" { print "'$stack'/" $1 }' $stack/manifest.tsv)
processors=$(nproc) # before the next line, which it would obey
export OMP_THREAD_LIMIT=1

installed() { command -v "$1" >/dev/null; }

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# measure NAME TIMES COMMAND...: its seconds, into $work/NAME.real and $work/NAME.cpu
measure() {
    name=$1 times=$2
    shift 2
    TIMEFORMAT='%R %U %S'
    : >"$work/$name.times"
    for ((turn = 0; turn < times; turn++)); do
        { time "$@" >"$work/$name.said" 2>&1; } 2>>"$work/$name.times" ||
            { echo "# $name failed: $(tail -1 "$work/$name.said")"; return 1; }
    done
    awk '{ print $1 }' "$work/$name.times" | median >"$work/$name.real"
    awk '{ print $2 + $3 }' "$work/$name.times" | median >"$work/$name.cpu"
}

# over A B [TIMES]: A / B * TIMES, of two files with a number in each; nothing without them
over() {
    [ -s "$work/$1" ] && [ -s "$work/$2" ] || return 0
    awk -v k="${3:-1}" 'NR == FNR { a = $1; next } $1 > 0 { print k * a / $1 }' "$work/$1" "$work/$2"
}
# of NAME [TIMES]: that number
of() { [ -s "$work/$1" ] && awk -v k="${2:-1}" '{ print k * $1 }' "$work/$1"; }

# figure SECTION TEXT VALUE UNIT [WANTED]: tell it, and keep it for the table. WANTED is
# ">= 8" or "<= 2"; without it the figure only stands beside others, as a peer's does.
figure() {
    awk -v section="$1" -v text="$2" -v value="$3" -v unit="$4" -v want="${5:-}" -v file="$figures" 'BEGIN {
        split(want, w, " ")
        holds = want == "" ? "" : value == "" ? "not measured" : \
            w[1] == ">=" ? (value + 0 >= w[2] + 0 ? "holds" : "does not hold") : \
            w[1] == "<=" ? (value + 0 <= w[2] + 0 ? "holds" : "does not hold") : "not measured"
        shown = value == "" ? "-" : value == int(value) || value >= 1000 ? sprintf("%.0f", value) : \
            value < 1 && value > -1 ? sprintf("%.3f", value) : sprintf("%.2f", value)
        wanted = want == "" ? "" : "wanted " want
        printf "%s  %-62s %9s %-12s %-14s %s\n", section, text, shown, unit, wanted, holds
        printf "%s\t%s\t%s\t%s\t%s\t%s\n", section, text, value, unit, want, holds >>file
    }'
}
