# Lays out JSON as Go's encoder does: one member a line, `width` spaces a level, [] and {} closed at once.
# kubectl prints so with four spaces, cilium-dbg with two. Knows no escapes in strings: ours have none.
{
    text = $0
    while (text != "") {
        if (match(text, /^[ \t]+/)) ;
        else if (match(text, /^"[^"]*"/)) token(substr(text, 1, RLENGTH))
        else if (match(text, /^[][{},:]/)) token(substr(text, 1, 1))
        else if (match(text, /^[^][{},: \t"]+/)) token(substr(text, 1, RLENGTH))
        text = substr(text, RLENGTH + 1)
    }
}

END { print "" }

function new_line(i) { # busybox knows no %*s
    printf "\n"
    for (i = 0; i < depth * width; i++) printf " "
}

function token(t) {
    if (t ~ /^[]}]$/) {
        depth--
        if (before !~ /^[[{]$/) new_line()
    } else if (before ~ /^[[{,]$/)
        new_line()
    else if (before == ":")
        printf " "
    printf "%s", t
    if (t ~ /^[[{]$/) depth++
    before = t
}
